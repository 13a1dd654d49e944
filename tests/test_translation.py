"""Catalogues in gettext's .po format, and texts that are translated with them."""

import pytest

from minidl.translation import catalogue, paragraphs, translated

TEXT = """# A valley

The bowl is
*steep* along y.

$$f(x, y) = x^2/20 + y^2$$

    python chapters/ch09_optimizers.py

>>> valley.steep
'along y'

```python
print("# words")

print("in code")  # in a comment
```

`plots.contour`

* one
* two

In a table:
| rate | steps |
|---|---|
| high | few |
| 3 | 4 |
"""
PO = r"""msgid ""
msgstr ""
"Language: ko\n"

msgid "# A valley"
msgstr "# 골짜기"

#, fuzzy
msgid "not sure"
msgstr "아마"

msgid ""
"The bowl is\n"
"*steep* along y."
msgstr ""
"그릇은 y 쪽으로 \"가파릅니다\".\n"
"둘째 줄"

msgid "empty"
msgstr ""
"""


def test_paragraphs_leave_out_formulas_and_code():
    first = ["# A valley", "The bowl is\n*steep* along y.", "in a comment", "* one\n* two"]
    assert paragraphs(TEXT)[:4] == first


def test_each_row_of_a_table_is_a_paragraph():
    """So that a changed row leaves the translations of the others as they are."""
    assert paragraphs(TEXT)[4:] == ["In a table:", "| rate | steps |", "| high | few |"]


def test_a_catalogue_leaves_out_what_is_fuzzy_or_empty(tmp_path):
    (tmp_path / "a.po").write_text(PO, encoding="utf-8")
    assert catalogue(tmp_path / "a.po") == {
        "# A valley": "# 골짜기",
        "The bowl is\n*steep* along y.": '그릇은 y 쪽으로 "가파릅니다".\n둘째 줄',
    }


def test_a_missing_catalogue_is_an_error(tmp_path):
    with pytest.raises(OSError):
        catalogue(tmp_path / "none.po")


def test_translation_replaces_paragraphs_and_nothing_else():
    words = {"# A valley": "# 골짜기", "* one\n* two": "* 하나\n* 둘"}
    expected = TEXT.replace("# A valley", "# 골짜기").replace("* one\n* two", "* 하나\n* 둘")
    assert translated(TEXT, words) == expected
    assert translated(TEXT, {}) == TEXT


CODE = '''"""Valleys.

Two of them.
"""

STEEP = "# not a comment"


class Valley:
    """A place

    between hills.

    >>> Valley().deep  # no comment either
    True
    """

    # Nobody has
    # been down there.
    deep = True  # yes

    def climb(self):
        """Go up."""
'''
WORDS = {
    "Valleys.": "골짜기.",
    "Two of them.": "두 개.",
    "A place": "언덕 사이의\n자리",
    "between hills.": "곳",
    "Nobody has\nbeen down there.": "내려가 본 사람이\n아무도\n없습니다.",
    "yes": "네",
    "Go up.": "오릅니다.",
}


def test_words_in_code_are_docstrings_and_comments():
    assert paragraphs(CODE, code=True) == [*WORDS]


def test_code_keeps_its_indentation_and_all_else():
    korean = translated(CODE, WORDS, code=True)
    assert "언덕 사이의\n    자리\n\n    곳\n\n    >>>" in korean
    assert (
        "    # 내려가 본 사람이\n    # 아무도\n    # 없습니다.\n    deep = True  # 네\n" in korean
    )
    assert "# not a comment" in korean and "# no comment either" in korean
    assert translated(CODE, {}, code=True) == CODE
