"""Feedback: the departments' answers to the quick check (快速校核), taken over before records are conformed."""

import dagster as dg

from assets.night import Night
from resources.installation import Installation

FEEDBACK_KEY = dg.AssetKey(["crosscheck", "feedback"])


@dg.asset(
    key=FEEDBACK_KEY,
    group_name="crosscheck_feedback",
    kinds={"excel", "duckdb"},
    description="各部门对快速校核案件的答复：确认的更正当晚采用，逐行写明未采用的原因（办法第十八条）。",
)
def feedback(
    context: dg.AssetExecutionContext, installation: dg.ResourceParam[Installation], night: Night
) -> dg.MaterializeResult:
    taken = installation.quick_check.receive(night.date)
    for one in taken:
        if one.status == "rejected":
            context.log.warning(f"{one.department}: {one.reason}")
    return dg.MaterializeResult(
        metadata={
            "工作簿": len(taken),
            "采用的答复": sum(one.accepted for one in taken),
            "未采用的行": sum(len(one.rejected) for one in taken),
            "退回的工作簿": sum(one.status == "rejected" for one in taken),
        }
    )
