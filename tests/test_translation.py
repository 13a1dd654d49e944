"""Catalogues in gettext's .po format, and texts that are translated with them."""

import pytest

from minidl.translation import catalogue, paragraphs, translated

TEXT = """# A valley

The bowl is
*steep* along y.

$$f(x, y) = x^2/20 + y^2$$

    python chapters/ch09_optimizers.py

```python
print("words")

print("in code")
```

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
    found = paragraphs(TEXT)
    assert found[:3] == ["# A valley", "The bowl is\n*steep* along y.", "* one\n* two"]


def test_each_row_of_a_table_is_a_paragraph():
    """So that a changed row leaves the translations of the others as they are."""
    assert paragraphs(TEXT)[3:] == ["In a table:", "| rate | steps |", "| high | few |"]


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
