"""The sample's deliveries have the agreed form, are the same in every run, and change from day to day as asked."""

from __future__ import annotations

import hashlib
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2, mod_11_10, mod_37_36

from foundation.sample import Sample, business, make_sample, next_day

CONTRACT = Path(__file__).parents[4] / "shared" / "contract" / "deliveries.yaml"
FIRST = date(2026, 11, 24)
ENCODINGS = {
    "public_security/resident": "gb18030",
    "civil_affairs/cremation": "gb18030",
    "market_regulation/enterprise": "gb18030",
    "statistics/basic_unit": "gb18030",
    "education/student": "utf-8-sig",
    **business.CSV,
}


def delivered(sample: Sample, dataset: str) -> Path:
    """The data file of a dataset's delivery of the first day."""
    return next(path for path in (sample.folder / dataset).glob(f"{FIRST}.*") if "control" not in path.name)


def read(sample: Sample, dataset: str) -> pd.DataFrame:
    """A delivery as text; CSV lines with a wrong number of fields left out."""
    if dataset == "civil_affairs/marriage":
        return pq.read_table(sample.marriage).to_pandas()
    path = delivered(sample, dataset)
    if path.suffix == ".csv":
        lines = path.read_text(ENCODINGS.get(dataset, "utf-8")).splitlines()
        fields = lines[0].count(",")
        kept = [line for line in lines if line.count(",") == fields]
        return pd.read_csv(io.StringIO("\n".join(kept)), dtype=str, keep_default_na=False)
    if path.suffix == ".jsonl":
        return pd.read_json(path, lines=True, dtype=False, convert_dates=False)
    if path.suffix == ".xlsx":
        return pd.read_excel(path, dtype=str, engine="calamine")
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pandas()
    import geopandas

    return geopandas.read_file(path)


def errors(sample: Sample, dataset: str) -> pd.DataFrame:
    table = pd.read_parquet(sample.truth / "error.parquet")
    department, name = dataset.split("/")
    return table[(table.department == department) & (table.dataset == name)]


def test_every_dataset_of_the_contract_has_its_columns(sample: Sample) -> None:
    if not CONTRACT.exists():
        pytest.skip("the contract is not at hand")
    datasets: dict[str, Any] = yaml.safe_load(CONTRACT.read_text("utf-8"))["datasets"]
    assert set(sample.rows) >= set(datasets)
    for name, declared in datasets.items():
        assert list(read(sample, name).columns) == list(declared["columns"]), name
        if declared["format"].get("encoding") == "utf-8-sig":
            assert delivered(sample, name).read_bytes().startswith(b"\xef\xbb\xbf")


def test_values_of_a_closed_list_are_of_the_contract(sample: Sample) -> None:
    if not CONTRACT.exists():
        pytest.skip("the contract is not at hand")
    datasets: dict[str, Any] = yaml.safe_load(CONTRACT.read_text("utf-8"))["datasets"]
    for name, declared in datasets.items():
        table = read(sample, name)
        for column, item in declared["columns"].items():
            if values := item.get("values"):
                assert set(table[column].dropna().astype(str)) <= set(values), (name, column)


def test_control_files_tell_the_truth(sample: Sample) -> None:
    controls = list(sample.folder.rglob("*.control.json"))
    assert len(controls) >= 10
    for path in controls:
        control = json.loads(path.read_text("utf-8"))
        dataset = f"{path.parent.parent.name}/{path.parent.name}"
        data = delivered(sample, dataset)
        assert control["rows"] == sample.rows[dataset]
        assert control["sha256"] == hashlib.sha256(data.read_bytes()).hexdigest()
        if data.suffix == ".csv":
            text = data.read_text(ENCODINGS.get(dataset, "utf-8"))
            assert control["rows"] == len(text.splitlines()) - 1


def test_check_characters_are_valid_where_no_error_was_planted(sample: Sample) -> None:
    planted = errors(sample, "public_security/resident")
    numbers = read(sample, "public_security/resident")["公民身份号码"]
    clean = set(numbers) - set(planted[planted.item == "citizen_id"].delivered_value) - {""}
    assert len(clean) > 4_000
    assert all(mod_11_2.is_valid(number) for number in clean)
    enterprises = read(sample, "market_regulation/enterprise")
    assert all(mod_11_10.is_valid(number) for number in filter(None, enterprises["注册号"]))
    codes = enterprises["统一社会信用代码"]
    planted = errors(sample, "market_regulation/enterprise")
    clean = set(codes) - set(planted[planted.item == "uscc"].delivered_value) - {""}
    assert all(uscc.is_valid(code) and mod_36_of(code) for code in clean)
    licences = read(sample, "government_service/license_index")["证照标识"].dropna()
    wrong = errors(sample, "government_service/license_index")
    wrong = set(wrong[wrong.kind == "licence_wrong_check"].delivered_value)
    for number in set(licences) - wrong:
        *_, kind, issuer, serial, version, check = number.split(".")
        assert mod_37_36.calc_check_digit(kind + issuer + serial + version) == check


def mod_36_of(code: str) -> bool:
    """GB 11714-1997 inside the credit code."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(character, 36) * weight for character, weight in zip(code[8:16], weights, strict=True))
    return "0123456789X0"[11 - total % 11] == code[16]


def test_no_two_people_have_one_number(sample: Sample) -> None:
    numbers = pd.read_parquet(sample.truth / "person.parquet").citizen_id.dropna()
    assert numbers.is_unique


def test_errors_are_as_frequent_as_documented(sample: Sample) -> None:
    health = read(sample, "health/resident_health_record")
    assert 0.17 < (health["证件号码"] == "").mean() < 0.24
    planted = errors(sample, "health/resident_health_record")
    for kind, low, high in (("homophone", 0.002, 0.01), ("wrong_digit", 0.003, 0.01), ("stray_blanks", 0.01, 0.04)):
        assert low < (planted.kind == kind).sum() / len(health) < high, kind
    tax = read(sample, "taxation/taxpayer")["纳税人识别号"]
    assert 0.06 < (tax == "").mean() < 0.14
    assert 0.06 < (tax.str.strip().str.len() == 15).mean() < 0.14


def test_the_register_errs_less_than_the_others(sample: Sample) -> None:
    rates = []
    for dataset in ("public_security/resident", "health/resident_health_record"):
        planted = errors(sample, dataset)
        rates.append(((planted.item == "name") & planted.is_discrepancy).sum() / sample.rows[dataset])
    assert rates[0] < rates[1] / 5


def test_planted_errors_stand_in_the_delivery(sample: Sample) -> None:
    planted = errors(sample, "health/resident_health_record")
    names = read(sample, "health/resident_health_record").drop_duplicates("档案编号").set_index("档案编号")["姓名"]
    planted = planted[(planted.item == "name") & planted.record_key.isin(names.index)]
    assert len(planted) > 50
    assert (names[planted.record_key].to_numpy() == planted.delivered_value.to_numpy()).all()
    assert (planted.true_value != planted.delivered_value).all()


def test_records_know_their_people(sample: Sample) -> None:
    people = pd.read_parquet(sample.truth / "person.parquet").set_index("truth_id")
    records = pd.read_parquet(sample.truth / "person_record.parquet")
    mine = records[(records.dataset == "birth_certificate") & (records.role == "mother")]
    assert (people.sex_code[mine.truth_id] == "2").all()
    assert set(records.truth_id) <= set(people.index)


def test_every_place_lies_in_the_province(sample: Sample) -> None:
    doors = read(sample, "public_security/door_address")
    planted = errors(sample, "public_security/door_address")
    doors = doors[~doors["地址编码"].isin(planted[planted.item.isin(["longitude", "latitude"])].record_key)]
    assert doors["经度"].astype(float).between(105.4, 111.4).all()
    assert doors["纬度"].astype(float).between(31.6, 39.7).all()


def test_boundaries_cover_the_province_once(sample: Sample) -> None:
    import shapely

    shapes = read(sample, "natural_resources/admin_boundary")
    assert shapes["级别"].value_counts().to_dict() == {"县": 107, "市": 10, "省": 1}
    counties = shapes[shapes["级别"] == "县"].geometry.to_numpy()
    assert shapely.is_valid(counties).all()
    province = shapes[shapes["级别"] == "省"].geometry.iloc[0]
    assert shapely.area(counties).sum() == pytest.approx(province.area, rel=1e-4)


def _hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".csv", ".jsonl", ".parquet", ".geojson", ".gpkg")
    }


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    made = [make_sample(tmp_path / run / "d", persons=500, seed=7, business_date=FIRST) for run in ("a", "b")]
    assert _hashes(made[0].folder.parent) == _hashes(made[1].folder.parent)
    other = make_sample(tmp_path / "c" / "d", persons=500, seed=8, business_date=FIRST)
    assert _hashes(made[0].folder) != _hashes(other.folder)


@pytest.mark.parametrize("persons", [1, 3, 40])
def test_the_smallest_provinces_can_be_made(tmp_path: Path, persons: int) -> None:
    made = make_sample(tmp_path / "d", persons=persons, business_date=FIRST)
    assert made.rows["public_security/resident"] <= persons + 1


def test_the_next_day_changes_about_the_share_asked_for(tmp_path: Path) -> None:
    first = make_sample(tmp_path / "d", persons=5_000, business_date=FIRST)
    later = next_day(Sample.read(first.truth), business_date=date(2026, 11, 25), changed=0.02)
    assert later.business_date == date(2026, 11, 25)
    for dataset in ("public_security/resident", "health/resident_health_record", "taxation/taxpayer"):
        folder, encoding = first.folder / dataset, ENCODINGS.get(dataset, "utf-8")
        before, after = (set((folder / f"2026-11-{day}.csv").read_text(encoding).splitlines()) for day in (24, 25))
        assert 0.008 < len(after - before) / len(after) < 0.035, dataset
    keys = []
    for day in (24, 25):
        table = pd.read_csv(
            first.folder / f"health/resident_health_record/2026-11-{day}.csv", dtype=str, on_bad_lines="skip"
        )
        keys.append(set(table["档案编号"].dropna()))
    assert keys[1] - keys[0] and keys[0] - keys[1]


def test_a_date_that_is_not_later_is_refused(sample: Sample) -> None:
    with pytest.raises(ValueError, match="later date"):
        next_day(sample, business_date=FIRST)


def test_what_nobody_else_can_know_is_no_discrepancy(sample: Sample) -> None:
    planted = pd.read_parquet(sample.truth / "error.parquet")
    people = pd.read_parquet(sample.truth / "person.parquet").set_index("truth_id")
    records = pd.read_parquet(sample.truth / "person_record.parquet").query("dataset == 'cremation'")
    deaths = planted[planted.kind == "other_death_date"]
    dead = people.loc[records.set_index("record_key").truth_id[deaths.record_key]]
    assert (dead.is_registered.to_numpy() | ~deaths.is_discrepancy.to_numpy()).all()
    holders = planted[planted.kind == "licence_unknown_holder"]
    assert (holders.is_discrepancy == holders.true_value.str.startswith("61")).all()
    assert not planted[planted.dataset == "place_name"].query("item == 'crs'").is_discrepancy.any()


def test_a_door_is_wrong_where_a_unit_at_it_says_so(sample: Sample) -> None:
    doors, units = read(sample, "public_security/door_address"), read(sample, "natural_resources/real_estate_unit")
    at_units = set(units["坐落"].str.extract(r"^(.*?号)")[0])
    planted = errors(sample, "public_security/door_address").query("item == 'crs'").set_index("record_key")
    address = doors.set_index("地址编码")["标准地址"][planted.index]
    assert planted.is_discrepancy.any() and not planted.is_discrepancy.all()
    assert (planted.is_discrepancy | ~address.isin(at_units)).all()


def test_numbers_leave_out_what_was_for_the_very_old(sample: Sample) -> None:
    numbers = pd.read_parquet(sample.truth / "person.parquet").citizen_id.dropna()
    assert not numbers.str[14:17].isin(["996", "997", "998", "999"]).any()
