"""pydantic's errors in words for those who write the catalogue."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from foundation.catalogue.problem import Key, Problem, choose, text_at


def problems(file: Path, data: object, shape: Any, error: ValidationError) -> Iterator[Problem]:
    """One problem for each error; where a value may have one of two shapes, only what is nearest to the one written."""
    found = [(_keys(data, details), details) for details in error.errors(include_url=False)]
    for number, (keys, details) in enumerate(found):
        if details["type"].endswith("_type") and any(
            other[: len(keys)] == keys and (len(other) > len(keys) or index > number)
            for index, (other, _) in enumerate(found)
            if index != number
        ):
            continue
        wrong, remedy = _words(file, keys, shape, details)
        yield Problem(file, keys, wrong, remedy)


def _keys(data: Any, details: ErrorDetails) -> tuple[Key, ...]:
    """The keys of the file that lead to the error: pydantic's own, without the names of alternatives of a union."""
    keys: list[Key] = []
    for part in details["loc"]:
        is_index = isinstance(data, list) and isinstance(part, int) and part < len(data)
        if is_index or (isinstance(data, dict) and part in data):
            data = data[part]
        elif not (details["type"] == "missing" and part == details["loc"][-1]):
            continue
        keys.append(part)
    return tuple(keys)


def _words(file: Path, keys: tuple[Key, ...], shape: Any, details: ErrorDetails) -> tuple[str, str]:
    name = str(keys[-1]) if keys else ""
    fields = _fields(shape, keys[:-1])
    kind, context = details["type"], details.get("ctx", {})
    if details["loc"][-1:] == ("[key]",):
        return f"名称“{name}”不是文字或写法不对", "请加引号；如果它属于一段说明文字，请给整段加引号"
    match kind:
        case "missing":
            return f"缺少“{name}”", f"请补上{_meaning(fields, name)}"
        case "extra_forbidden":
            return f"不认识“{name}”", choose(name, fields)
        case "string_type" if not isinstance(details["input"], dict | list | None):
            written = text_at(file, keys) or str(details["input"])
            return f"“{name}”应为文字，{written} 会被当作数字、日期或真假值", f'请加引号，写成 "{written}"'
        case "string_type":
            return f"“{name}”应为文字", f"请写一个值{_meaning(fields, name)}"
        case "enum" | "literal_error":
            return f"“{name}”不能是“{details['input']}”", f"可选：{str(context.get('expected')).replace(' or ', '、')}"
        case "string_pattern_mismatch":
            return f"“{details['input']}”的写法不对", f"应符合 {context.get('pattern')}{_meaning(fields, name)}"
        case "int_parsing" | "int_type" | "float_parsing" | "float_type" | "bool_parsing" | "bool_type":
            wanted = {"i": "整数", "f": "数字", "b": " true 或 false"}[kind[0]]
            return f"“{name}”应为{wanted}，不能是“{details['input']}”", f"请改正{_meaning(fields, name)}"
        case "too_short":
            return f"“{name}”是空的", "请至少写一项"
        case "list_type" | "tuple_type":
            return f"“{name}”应为列表", "请写成 [甲, 乙]"
        case "dict_type" | "model_type":
            return f"“{name}”应为若干“名称: 值”", "请检查缩进和冒号"
        case _:
            return f"“{name}”的值“{details['input']}”不对（{details['msg']}）", f"请改正{_meaning(fields, name)}"


def _meaning(fields: dict[str, str], name: str) -> str:
    return f"（{fields[name]}）" if fields.get(name) else ""


def _fields(shape: Any, keys: tuple[Key, ...]) -> dict[str, str]:
    """Field names of the model that the keys lead to, with their descriptions."""
    for key in keys:
        model = _model(shape)
        if model is not None and key in model.model_fields:
            shape = model.model_fields[str(key)].annotation
        else:
            arguments = typing.get_args(_inner(shape))
            shape = arguments[-1] if arguments else None
    model = _model(shape)
    return {name: field.description or "" for name, field in model.model_fields.items()} if model else {}


def _inner(shape: Any) -> Any:
    """A union's first alternative that holds something, an annotation's type; else the type itself."""
    if typing.get_origin(shape) in (typing.Union, types.UnionType):
        return next((part for part in typing.get_args(shape) if typing.get_args(part) or _model(part)), shape)
    return typing.get_args(shape)[0] if typing.get_origin(shape) is typing.Annotated else shape


def _model(shape: Any) -> type[BaseModel] | None:
    inner = _inner(shape)
    return inner if isinstance(inner, type) and issubclass(inner, BaseModel) else None
