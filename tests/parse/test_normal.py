"""Bylines as outlets write them, to people."""

import pytest

from monitor.parse.normal import authors_of


@pytest.mark.parametrize(
    ("byline", "people"),
    [
        ("By Ann Ort, Lea Falk and Joe Vane in London", ("Ann Ort", "Lea Falk", "Joe Vane")),
        ("Ann Ort und Lea Falk, Nairobi", ("Ann Ort", "Lea Falk")),
        ("Jean Ort et Marie Falk", ("Jean Ort", "Marie Falk")),
        ("Ana Ruiz y Luis Gil", ("Ana Ruiz", "Luis Gil")),
        ("José Ortega y Gasset", ("José Ortega y Gasset",)),
        ("Ann Ort (Text), Lea Falk (Fotos)", ("Ann Ort", "Lea Falk")),
        ("Ort, Ann", ("Ort, Ann",)),
        ("Ludwig van Beethoven", ("Ludwig van Beethoven",)),
        ("ann@paper.example (Ann Ort)", ("Ann Ort",)),
        ("Reuters", ("Reuters",)),
        ("张三 李四", ("张三 李四",)),
        ("", ()),
    ],
)
def test_a_byline_names_its_people(byline, people):
    assert authors_of([byline]) == people
