"""Delivered text as UTF-8: declared encodings, byte order marks, and where a file cannot be decoded."""

from __future__ import annotations

import codecs
import io
import os
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

from foundation.delivery.refusal import DeliveryRefused

ENCODING_TITLES = {"gb18030": "GB18030", "utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16"}
_CHUNK_BYTES = 1 << 20
_GB18030_BOM = b"\x84\x31\x95\x33"
_BOMS = {
    codecs.BOM_UTF8: "utf-8",
    _GB18030_BOM: "gb18030",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def codec_name(encoding: str | None) -> str:
    """The codec of a declared encoding; UTF-8 where none is declared."""
    return "gb18030" if encoding == "gb18030" else "utf-8"


def skip_bom(head: bytes, encoding: str, file: str) -> int:
    """Length of the byte order mark; DeliveryRefused (encoding) if it is another encoding's."""
    for mark, of in _BOMS.items():
        if head.startswith(mark):
            if of != encoding:
                raise wrong_encoding(file, of, encoding)
            return len(mark)
    return 0


def wrong_encoding(file: str, found: str, declared: str) -> DeliveryRefused:
    """The refusal of a file that is in another encoding than the one declared."""
    found, declared = ENCODING_TITLES[found], ENCODING_TITLES[declared]
    what = f"文件编码为 {found}，目录约定为 {declared}"
    return DeliveryRefused("encoding", file, what, f"请以 {declared} 编码重新导出。")


def refuse_empty(path: Path, *, may_say_nothing: bool = False) -> None:
    """DeliveryRefused if the file is missing or closed to us (file_missing) or has no bytes (empty_file).

    `may_say_nothing`: it has no header, and a delta of a day without changes has no rows.
    """
    if not path.is_file():
        raise DeliveryRefused("file_missing", path.name, "文件不存在或已被移走", "请重新报送。")
    if not os.access(path, os.R_OK):
        raise DeliveryRefused("file_missing", path.name, "没有读取该文件的权限", "请检查文件权限后重新报送。")
    if path.stat().st_size == 0 and not may_say_nothing:
        raise DeliveryRefused("empty_file", path.name, "文件为空（0 字节）", "请核对导出任务后重新报送。")


class Utf8Stream(io.RawIOBase):
    """The bytes of a file from an offset as UTF-8, validated, with `ending` after the last.

    Raises DeliveryRefused (undecodable) with the byte position, counted from 0 at the start of the file.
    `has_quotes` and `has_nul` tell whether such characters came by.
    """

    def __init__(self, path: Path, encoding: str, offset: int = 0, ending: bytes = b"") -> None:
        self.file = path.name
        self.encoding = encoding
        self.has_quotes = False
        self.has_nul = False
        self._raw: BinaryIO = path.open("rb")
        self._raw.seek(offset)
        self._position = offset
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._rest = b""
        self._ending = ending
        self._is_at_end = False
        self._worker = ThreadPoolExecutor(1, "transcode")
        self._ahead: tuple[int, Future[bytes]] | None = None

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._worker.shutdown(cancel_futures=True)
        self._raw.close()
        super().close()

    def read(self, size: int = -1) -> bytes:
        """Exactly `size` bytes except at the end: Arrow's parser takes a row over two blocks, but not over three.

        The next block is decoded in a thread while the caller works on this one.
        """
        size = size if size > 0 else 1 << 24
        block = self._block(size)
        self._ahead = (size, self._worker.submit(self._fill, size)) if block else None
        return block

    def _block(self, size: int) -> bytes:
        if self._ahead is None:
            return self._fill(size)
        size_ahead, block = self._ahead[0], self._ahead[1].result()
        if size_ahead == size:
            return block
        self._rest = block + self._rest
        return self._fill(size)

    def _fill(self, size: int) -> bytes:
        parts, length = [self._rest], len(self._rest)
        while length < size and not self._is_at_end:
            parts.append(self._next(min(max((size - length) * 2 // 3, 64), _CHUNK_BYTES)))
            length += len(parts[-1])
        filled = b"".join(parts)
        self._rest = filled[size:]
        return filled[:size]

    def _next(self, size: int) -> bytes:
        chunk = self._raw.read(size)
        self._is_at_end = not chunk
        text = self._decoded(chunk)
        encoded = chunk if self.encoding == "utf-8" else text.encode()
        self.has_quotes = self.has_quotes or b'"' in encoded
        self.has_nul = self.has_nul or b"\0" in encoded
        return encoded + self._ending if self._is_at_end else encoded

    def _decoded(self, chunk: bytes) -> str:
        try:
            text = self._decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            at = self._position - (len(error.object) - len(chunk)) + error.start
            raise DeliveryRefused(
                "undecodable",
                self.file,
                f"从第 {at} 字节起不能按 {ENCODING_TITLES[self.encoding]} 解码",
                f"请以 {ENCODING_TITLES[self.encoding]} 编码重新导出，并核对传输是否完整。",
            ) from None
        self._position += len(chunk)
        return text
