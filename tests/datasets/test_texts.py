"""The texts that are computed: sums and dates."""

import datetime
import re

import pytest

from minidl.datasets import texts


@pytest.mark.parametrize("draw", [texts.sums, texts.dates])
def test_texts_depend_on_their_seed_only(draw):
    assert draw(30, seed=4) == draw(30, seed=4) != draw(30, seed=5)
    questions, answers = draw(30)
    assert (questions, answers) == draw(30, seed=0)
    assert len(questions) == len(answers) == 30
    assert {type(text) for text in questions + answers} == {str}
    assert [len(drawn) for drawn in draw()] == [1000, 1000]
    assert texts.sums() == texts.sums(1000, digits=2)


@pytest.mark.parametrize("digits", [1, 3, 18])
def test_sums_are_right_and_of_one_length(digits):
    for question, answer in zip(*texts.sums(200, digits)):
        a, b = question.split("+")
        assert int(a) + int(b) == int(answer)
        assert (len(a), len(b), len(answer)) == (digits, digits, digits + 1)

    firsts = {question[0] for question in texts.sums(200, 1)[0]}
    assert firsts == set("0123456789")


def test_dates_are_right():
    pairs = list(zip(*texts.dates(3000)))
    forms = {
        r"(?P<d>\d+) (?P<m>[A-Z]\w+) (?P<y>\d{4})": 0,
        r"(?P<m>[A-Z]\w+) (?P<d>\d+), (?P<y>\d{4})": 0,
        r"(?P<d>\d+)/(?P<m>\d+)/(?P<y>\d{4})": 0,
    }
    for question, answer in pairs:
        ((form, found),) = [(f, m) for f in forms if (m := re.fullmatch(f, question))]
        month = found["m"]
        month = texts.MONTHS.index(month) + 1 if month.isalpha() else int(month)
        day = datetime.date(int(found["y"]), month, int(found["d"]))
        assert day.isoformat() == answer and texts.FIRST <= day <= texts.LAST
        forms[form] += 1
    assert min(forms.values()) > 900
    assert {answer[:2] for _, answer in pairs} == {"19", "20"}
    assert {answer[5:7] for _, answer in pairs} == {f"{m:02}" for m in range(1, 13)}


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: texts.sums(0), "sums: n must be a whole number"),
        (lambda: texts.sums(3, 0), "sums: digits must be a whole number"),
        (lambda: texts.sums(3, 19), "digits is at most 18"),
        (lambda: texts.dates(0), "dates: n must be a whole number"),
    ],
)
def test_mistakes_with_texts_that_are_computed(call, expected):
    with pytest.raises(ValueError, match=expected):
        call()


def test_the_first_and_the_last_date_are_drawn_too(monkeypatch):
    first, last = datetime.date(1999, 12, 31), datetime.date(2000, 1, 1)
    assert (texts.FIRST.isoformat(), texts.LAST.isoformat()) == ("1900-01-01", "2099-12-31")
    monkeypatch.setattr(texts, "FIRST", first)
    monkeypatch.setattr(texts, "LAST", last)
    assert set(texts.dates(99)[1]) == {"1999-12-31", "2000-01-01"}
