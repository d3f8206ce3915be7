"""Settings: from `VIVIER_…` variables alone, unknown ones refused, and a page that lists them all."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from api.settings import PREFIX, Settings, SettingsError, read_settings

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)


def test_defaults() -> None:
    settings = read_settings()
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.store_url == "sqlite:///var/vivier.db"
    assert settings.indexes_dir == Path("var/indexes")


def test_variables_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVIER_PORT", "9000")
    monkeypatch.setenv("VIVIER_DATA_DIR", "/tmp/elsewhere")
    monkeypatch.setenv("VIVIER_DATABASE_URL", "")
    monkeypatch.setenv("VIVIER_ENCODER", "/tmp/modele")
    settings = read_settings()
    assert settings.port == 9000
    assert settings.encoder == Path("/tmp/modele")
    assert settings.store_url == "sqlite:////tmp/elsewhere/vivier.db"


def test_an_unknown_variable_is_an_error_that_names_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVIER_PROT", "9000")
    with pytest.raises(SettingsError, match=r"VIVIER_PROT is not a setting; the nearest one is VIVIER_PORT"):
        read_settings()


def test_no_encoder_is_the_one_that_ships(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings().encoder is None
    monkeypatch.setenv("VIVIER_ENCODER", "")
    assert read_settings().encoder is None


@pytest.mark.parametrize("value", ["0", "65536", "http"])
def test_a_value_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("VIVIER_PORT", value)
    with pytest.raises(SettingsError, match=f"VIVIER_PORT='{value}'"):
        read_settings()


@pytest.mark.parametrize("name", ["LINK_KEY", "AUDIT_KEY"])
def test_a_secret_that_cannot_be_used_is_not_shown(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"VIVIER_{name}", "quatrebarbes")
    with pytest.raises(SettingsError, match=f"VIVIER_{name}=.not shown.: .*32") as refused:
        read_settings()
    assert "quatrebarbes" not in str(refused.value)


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError):
        Settings().port = 1  # type: ignore[misc]


def test_the_page_lists_every_setting_with_its_default_and_nothing_else() -> None:
    rows = re.findall(r"^\| `(VIVIER_[A-Z_]+)` \| (.*?) \| (.*?) \|$", PAGE.read_text(), flags=re.MULTILINE)
    written = {name: (default, text) for name, default, text in rows}
    declared = {
        f"{PREFIX}{name.upper()}": (
            "unset" if field.default is None else f"`{field.default}`",
            field.description,
        )
        for name, field in Settings.model_fields.items()
    }
    assert written == declared
