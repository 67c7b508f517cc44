"""The tables of the cross-check in the lake; the columns of `crosscheck.discrepancy` are an agreement with its readers."""

from __future__ import annotations

DISCREPANCY, HISTORY = "crosscheck.discrepancy", "crosscheck.discrepancy_history"
OUTCOME, AGREEMENT = "crosscheck.outcome", "crosscheck.agreement"
CORRECTION, ANSWER = "crosscheck.correction", "crosscheck.answer"
FEEDBACK_FILE, FEEDBACK_REJECTED = "crosscheck.feedback_file", "crosscheck.feedback_rejected"
SECRET = "state.secret"

FOUND_COLUMNS = {
    "entity_id": "VARCHAR",
    "item": "VARCHAR",
    "kind": "VARCHAR",
    "authority_dataset": "VARCHAR",
    "authority_record_key": "VARCHAR",
    "authority_value": "VARCHAR",
    "other_dataset": "VARCHAR",
    "other_record_key": "VARCHAR",
    "other_role": "VARCHAR",
    "other_value": "VARCHAR",
    "severity": "VARCHAR",
    "is_for_authority": "BOOLEAN",
    "is_majority_against_authority": "BOOLEAN",
}
DISCREPANCY_COLUMNS = {
    "discrepancy_id": "VARCHAR",
    "library": "VARCHAR",
    "library_table": "VARCHAR",
    "entity_id": "VARCHAR",
    "item": "VARCHAR",
    "kind": "VARCHAR",
    "authority_department": "VARCHAR",
    "authority_dataset": "VARCHAR",
    "authority_record_key": "VARCHAR",
    "authority_value": "VARCHAR",
    "other_department": "VARCHAR",
    "other_dataset": "VARCHAR",
    "other_record_key": "VARCHAR",
    "other_role": "VARCHAR",
    "other_value": "VARCHAR",
    "severity": "VARCHAR",
    "responsible_department": "VARCHAR",
    "is_majority_against_authority": "BOOLEAN",
    "first_seen": "DATE",
    "last_seen": "DATE",
    "due_on": "DATE",
    "due_is_provisional": "BOOLEAN",
    "status": "VARCHAR",
    "closed_on": "DATE",
}
HISTORY_COLUMNS = {
    "discrepancy_id": "VARCHAR",
    "happened_on": "DATE",
    "event": "VARCHAR",
    "authority_value": "VARCHAR",
    "other_value": "VARCHAR",
    "by_whom": "VARCHAR",
}
OUTCOME_COLUMNS = {"library_table": "VARCHAR", "entity_id": "VARCHAR", "dataset": "VARCHAR", "outcomes": "VARCHAR"}
AGREEMENT_COLUMNS = {
    "measured_on": "DATE",
    "library": "VARCHAR",
    "library_table": "VARCHAR",
    "item": "VARCHAR",
    "authority_department": "VARCHAR",
    "other_department": "VARCHAR",
    "equal": "BIGINT",
    "cosmetic": "BIGINT",
    "different": "BIGINT",
    "not_comparable": "BIGINT",
    "one_side_only": "BIGINT",
    "agreement": "DOUBLE",
}
CORRECTION_COLUMNS = {
    "correction_id": "VARCHAR",
    "discrepancy_id": "VARCHAR",
    "dataset": "VARCHAR",
    "record_key": "VARCHAR",
    "role": "VARCHAR",
    "item": "VARCHAR",
    "corrected_value": "VARCHAR",
    "answered_by": "VARCHAR",
    "answered_on": "DATE",
    "status": "VARCHAR",
    "ended_on": "DATE",
}
ANSWER_COLUMNS = {
    "discrepancy_id": "VARCHAR",
    "department": "VARCHAR",
    "answer": "VARCHAR",
    "corrected_value": "VARCHAR",
    "remark": "VARCHAR",
    "answered_by": "VARCHAR",
    "answered_on": "DATE",
    "file": "VARCHAR",
}
FEEDBACK_FILE_COLUMNS = {
    "sha256": "VARCHAR",
    "department": "VARCHAR",
    "uri": "VARCHAR",
    "received_on": "DATE",
    "status": "VARCHAR",
    "rows": "BIGINT",
    "accepted_rows": "BIGINT",
    "rejected_rows": "BIGINT",
    "reason": "VARCHAR",
}
FEEDBACK_REJECTED_COLUMNS = {
    "sha256": "VARCHAR",
    "row_number": "BIGINT",
    "discrepancy_id": "VARCHAR",
    "reason": "VARCHAR",
    "seen_on": "DATE",
}
TABLES = {
    DISCREPANCY: DISCREPANCY_COLUMNS,
    HISTORY: HISTORY_COLUMNS,
    OUTCOME: OUTCOME_COLUMNS,
    AGREEMENT: AGREEMENT_COLUMNS,
    CORRECTION: CORRECTION_COLUMNS,
    ANSWER: ANSWER_COLUMNS,
    FEEDBACK_FILE: FEEDBACK_FILE_COLUMNS,
    FEEDBACK_REJECTED: FEEDBACK_REJECTED_COLUMNS,
    SECRET: {"name": "VARCHAR", "value": "VARCHAR"},
}
