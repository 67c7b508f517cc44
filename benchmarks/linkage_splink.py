"""Plain Splink, as its documentation shows it, on the data of the linkage benchmark: no certain rules, no constraints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import pyarrow as pa

THRESHOLD = 0.99


def clusters(
    rows: pa.Table,
    comparisons: Sequence[Any],
    blocks: Sequence[Any],
    training: Sequence[Any],
    memory: str = "16GB",
    trained: Callable[[], None] = lambda: None,
) -> pa.Table:
    """unique_id and cluster_id of rows (unique_id, …): u by random pairs, m by EM, connected components at 0.99.

    `trained` is called between training and linking.
    """
    from splink import Linker, SettingsCreator
    from splink.backends.duckdb import DuckDBAPI

    with duckdb.connect(config={"threads": 2, "memory_limit": memory}) as con:
        api = DuckDBAPI(connection=con)
        settings = SettingsCreator(
            link_type="dedupe_only",
            comparisons=list(comparisons),
            blocking_rules_to_generate_predictions=list(blocks),
        )
        linker = Linker(api.register(rows), settings, log_level="ERROR")
        linker.training.estimate_probability_two_random_records_match(list(blocks[:1]), recall=0.8)
        linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
        for block in training:
            linker.training.estimate_parameters_using_expectation_maximisation(block)
        trained()
        predictions = linker.inference.predict(threshold_match_probability=THRESHOLD)
        grouped = linker.clustering.cluster_pairwise_predictions_at_threshold(predictions, THRESHOLD)
        return grouped.as_duckdbpyrelation().select("unique_id, cluster_id").to_arrow_table()


def febrl(rows: pa.Table) -> pa.Table:
    import splink.comparison_library as cl
    from splink import block_on

    comparisons = [
        cl.NameComparison("given_name"),
        cl.NameComparison("surname"),
        cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
        cl.ExactMatch("street_number"),
        cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
    ]
    blocks = [
        block_on("soc_sec_id"),
        block_on("given_name", "surname"),
        block_on("date_of_birth"),
        block_on("postcode", "surname"),
        block_on("street_number", "postcode"),
    ]
    return clusters(rows, comparisons, blocks, [block_on("date_of_birth"), block_on("given_name", "surname")])


def fake(rows: pa.Table) -> pa.Table:
    import splink.comparison_library as cl
    from splink import block_on

    comparisons = [
        cl.NameComparison("first_name"),
        cl.NameComparison("surname"),
        cl.DateOfBirthComparison("dob", input_is_string=True),
        cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        cl.EmailComparison("email"),
    ]
    blocks = [block_on("first_name", "surname"), block_on("dob"), block_on("email"), block_on("surname", "city")]
    return clusters(rows, comparisons, blocks, [block_on("first_name", "surname"), block_on("dob")])


def persons(rows: pa.Table, memory: str = "16GB", trained: Callable[[], None] = lambda: None) -> pa.Table:
    """Records of persons: name, birth_date, sex_code, claimed (the number as written), phone, address."""
    import splink.comparison_library as cl
    from splink import block_on

    comparisons = [
        cl.ExactMatch("name").configure(term_frequency_adjustments=True),
        cl.DateOfBirthComparison("birth_date", input_is_string=False),
        cl.ExactMatch("sex_code"),
        cl.ExactMatch("claimed"),
        cl.ExactMatch("phone"),
        cl.ExactMatch("address"),
    ]
    blocks = [
        block_on("claimed"),
        block_on("name", "birth_date"),
        block_on("birth_date", "phone"),
        block_on("birth_date", "address"),
        block_on("name", "phone"),
        block_on("name", "address"),
    ]
    training = [block_on("claimed"), block_on("name", "birth_date")]
    return clusters(rows, comparisons, blocks, training, memory, trained)
