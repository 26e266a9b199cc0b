"""Names of firms as they are compared: the same name whatever its width, case, brackets, blanks or legal form.

What must stay true: a legal form is taken off the end only; what is left is never blank.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

_FORMS_ZH: Final = "(?:集团)?(?:股份有限公司|有限责任公司|有限公司|股份公司|有限合伙|普通合伙|合伙企业|责任公司|公司)(?:有限合伙|普通合伙)?"
_FORMS_EN: Final = (
    "company", "co", "limited", "ltd", "private", "pvt", "pte", "pty", "llc", "llp", "plc", "incorporated", "inc", "corporation", "corp",
    "gmbh", "mbh", "ag", "kg", "se", "sa", "s a", "sas", "sarl", "s a r l", "srl", "s r l", "spa", "s p a", "bv", "b v", "nv", "n v", "ab",
    "as", "a s", "oy", "aps", "kk", "k k", "sdn", "bhd", "sl", "s l",
)  # fmt: skip
_TAIL: Final = rf"(?:\s+(?:{'|'.join(_FORMS_EN)}))+$|{_FORMS_ZH}$"
_MARKS: Final = r"[()\[\]【】〔〕「」《》<>,，.．、·•'\"“”‘’&/_;:：；\s-]+"


def plain_name(text: str) -> str:
    """Return a name without differences of width, case, brackets, blanks, dots and commas.

    >>> plain_name("Ａcme （China）  Co.,Ltd") == plain_name("ACME(China) co., ltd."), plain_name("甲 公司")
    (True, '甲公司')
    """
    return re.sub(r"[\s.,，]+", "", unicodedata.normalize("NFKC", text).casefold()) or text


def firm_keys(names: pa.Array) -> list[str]:
    """Return each name without its legal form, marks and blanks: equal for two spellings of what is probably one firm.

    >>> len(set(firm_keys(pa.array(["华东机械（上海）有限公司", "华东机械(上海) 有限责任公司"]))))
    1
    >>> firm_keys(pa.array(["Acme Co., Ltd.", "ACME Limited", "Ａｃｍｅ B.V."]))
    ['acme', 'acme', 'acme']
    """
    texts = pc.utf8_lower(pc.utf8_normalize(names, form="NFKC"))
    words = pc.utf8_trim_whitespace(pc.replace_substring_regex(texts, _MARKS, " "))
    short = pc.replace_substring(pc.replace_substring_regex(words, _TAIL, ""), " ", "")
    keys: list[str] = pc.if_else(pc.equal(short, ""), words, short).to_pylist()
    return keys


def split_names(text: str) -> list[str]:
    """Return the names of a list of former names. A comma may belong to a name; these signs do not.

    >>> split_names("甲公司；乙公司、丙公司")
    ['甲公司', '乙公司', '丙公司']
    """
    return [name.strip() for name in re.split(r"[;；、|｜\n\r，]+", text) if name.strip()]
