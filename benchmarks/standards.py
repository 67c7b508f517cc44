"""Values per second of every standard on one core, and rows per second of conforming a batch of residents.

`python -m benchmarks.standards [ROWS]` prints a table; the values are made up, a few percent of them dirty.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from time import process_time

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foundation.catalogue.load import load
from foundation.conform import Conformer
from foundation.standards.citizen_id import CHECK_CHARACTERS
from foundation.standards.conformed import Setting
from foundation.standards.iso7064 import mod_11_2
from foundation.standards.matrix import DECIMAL, matrix_of
from foundation.standards.registry import CODES, STANDARDS

TODAY = date(2026, 11, 24)
FEW: dict[str, list[str]] = {
    "text": ["初级中学", "高级中学", "陕西省西安市雁塔区太白南路２号", "有限责任公司", "无"],
    "organisation_name": ["西安云上科技有限公司", "宝鸡市陈仓区虢镇小学", "陕西秦岭农业开发有限责任公司(分公司)"],
    "address": ["陕西省西安市雁塔区太白南路2号", "陝西省宝鸡市金台区宏文路１０号", "榆林市神木市麻家塔办事处"],
    "newborn_name": ["王子涵", "李梅之子", "张伟之女", ""],
    "end_date": ["2030-01-01", "长期", "2028-12-31", ""],
    "date_or_month": ["19980301", "199803", "20010101"],
    "datetime": ["2026-11-20 10:21:03", "2025-01-02 00:00:00"],
    "code": ["1", "2", "男", "9"],
    "word": ["正常", "注销", "正常"],
    "capital_yuan": ["500(万)", "13万人民币", "100万元人民币", "N/A", "1,000万元"],
    "capital_text": ["500(万)", "13万人民币", "100万元人民币", "N/A", "1,000万元"],
    "phone": ["13812345678", "029-88201234", "+86 13912345678"],
    "integer": ["12", "1,024", "305人"],
    "decimal": ["120.5", "88", "1,024.25"],
    "uscc": ["91440300192203821" + "6", "91110108795101314G", "12345"],
    "taxpayer_number": ["914403001922038216", "91110108795101314G", "610102D2143569X"],
    "organisation_code": ["D2143569-X", "914403001922038216", "123456789"],
    "registration_number": ["110108000000016", "610100100000012", ""],
    "division": ["610102", "610881", "612722", "610102001000"],
    "division_birth": ["610102", "610881", "612722"],
    "division_node": ["610102", "610881", "610102001000"],
    "industry_code": ["I6510", "6510", "A0111"],
    "license_identifier": [
        "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
        "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0",
    ],
    "unit_number": ["610102001001GB00001F00010001", "610102001001GB00001W00000000"],
    "longitude": ["108.9398001", "109.123456"],
    "latitude": ["34.3416002", "33.123456"],
}


def numbers(rows: int, seed: int = 7) -> pa.StringArray:
    """Identity numbers with valid check characters, nobody's."""
    random = np.random.default_rng(seed)
    prefix = np.array(["610102", "610881", "612722", "610113", "610402"], "S6")[random.integers(0, 5, rows)]
    days = np.datetime64("1940-01-01") + random.integers(0, 29_000, rows).astype("timedelta64[D]")
    day = np.char.replace(np.datetime_as_string(days), "-", "").astype("S8")
    body = np.char.add(np.char.add(prefix, day), np.char.zfill(random.integers(1, 999, rows).astype("S3"), 3))
    matrix = np.frombuffer(body.tobytes(), np.uint8).reshape(rows, 17).T
    last = CHECK_CHARACTERS[mod_11_2(DECIMAL[matrix])].tobytes()
    return pa.array(np.char.add(body, np.frombuffer(last, "S1")).astype(str), pa.string())


def names(rows: int, seed: int = 8) -> pa.StringArray:
    """Names of three characters."""
    random = np.random.default_rng(seed)
    surnames, given = (
        np.array(list("王李张刘陈杨黄赵周吴")),
        np.array(list("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英")),
    )
    drawn = (surnames[random.integers(0, 10, rows)], *(given[random.integers(0, len(given), rows)] for _ in range(2)))
    return pa.array(np.char.add(np.char.add(drawn[0], drawn[1]), drawn[2]), pa.string())


def dirty(array: pa.StringArray, share: float = 0.03) -> pa.StringArray:
    """A share of the values with a blank in front and a full-width digit behind."""
    where = np.random.default_rng(9).random(len(array)) < share
    return pc.if_else(pa.array(where), pc.binary_join_element_wise(" ", array, "１", ""), array)


def residents(rows: int) -> pa.RecordBatch:
    """A batch of public_security/resident."""
    number = numbers(rows)
    digits = matrix_of(number, 18)
    birth = pa.array(np.ascontiguousarray(digits[6:14].T).view("S8").ravel().astype(str))
    few = repeated
    columns = {
        "record_key": number,
        "delivery_id": few(["d1"], rows),
        "row_number": pa.array(np.arange(1, rows + 1)),
        "business_date": pa.array([TODAY], pa.date32()).take(pa.array(np.zeros(rows, np.int8))),
        "公民身份号码": dirty(number, 0.01),
        "姓名": names(rows),
        "曾用名": few(["", "", "", "无"], rows),
        "性别代码": few(["1", "2"], rows),
        "民族代码": few(["01", "01", "03", "1"], rows),
        "出生日期": birth,
        "出生地区划代码": few(FEW["division"], rows),
        "户籍地区划代码": few(FEW["division"], rows),
        "户籍地址": pc.binary_join_element_wise(
            "陕西省西安市雁塔区太白南路", pc.utf8_slice_codeunits(number, 12, 15), "号", ""
        ),
        "户号": pc.utf8_slice_codeunits(number, 5, 14),
        "与户主关系代码": few(["01", "10", "20"], rows),
        "户籍状态代码": few(["0", "0", "1", "9"], rows),
        "死亡日期": few(["", "", "20210203"], rows),
        "更新时间": few(FEW["datetime"], rows),
    }
    return pa.RecordBatch.from_pydict(columns)


def repeated(values: list[str], rows: int) -> pa.StringArray:
    """The values over and over."""
    return pa.array(values, pa.string()).take(pa.array(np.arange(rows) % len(values)))


def sample(standard: str, rows: int) -> pa.Array:
    """Values for a standard."""
    if standard == "citizen_id":
        return dirty(numbers(rows))
    if standard == "person_name":
        return names(rows)
    if standard == "date":
        return pc.utf8_slice_codeunits(numbers(rows), 6, 14)
    return repeated(FEW[standard], rows)


def seconds(run: Callable[[], object], repeats: int = 3) -> float:
    """Processor seconds of the best of a few runs, so that a busy machine doesn't count."""
    best = float("inf")
    for _ in range(repeats):
        start = process_time()
        run()
        best = min(best, process_time() - start)
    return best


def main(rows: int) -> None:
    """Print the table."""
    catalogue = load()
    print(f"{'standard':<22}{'values/s':>14}")
    for name, standard in STANDARDS.items():
        if name == "geometry":
            continue
        values = sample(name, rows)
        codes = catalogue.codes.get(CODES.get(name, "GB/T 2261.1" if name == "code" else ""))
        setting = Setting(today=TODAY, codes=codes, values={"正常": "正常", "注销": "注销"} if name == "word" else {})
        taken = seconds(partial(standard.conform, values, setting))
        print(f"{name:<22}{rows / taken:>14,.0f}")
    batch = residents(rows)
    conformer = Conformer(catalogue, "public_security/resident")
    print(f"{'conform (14 columns)':<22}{rows / seconds(lambda: conformer.conform(batch)):>14,.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 122_880)
