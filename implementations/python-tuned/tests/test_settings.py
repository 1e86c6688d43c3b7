import pytest

from cache_tuned.settings import RedisAddress, SettingsError, read_settings, usable_cpus


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = read_settings({})
    assert settings.host == "127.0.0.1"
    assert settings.redis == RedisAddress("127.0.0.1", 6379, 0, "default", "")
    assert settings.workers == usable_cpus()
    assert settings.l1_max_bytes == 64 * 1024 * 1024
    assert settings.l1_ttl_s == 60.0
    assert settings.default_ttl_s == 300
    assert settings.max_value_bytes == 1024 * 1024
    assert settings.redis_timeout_s == 0.25
    assert settings.invalidation


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", "\uff11", "9" * 30])
def test_a_number_that_makes_no_sense_is_refused_by_name(text: str) -> None:
    with pytest.raises(SettingsError, match="L1_MAX_BYTES"):
        read_settings({"L1_MAX_BYTES": text})


def test_a_redis_url_gives_all_that_it_names() -> None:
    settings = read_settings({"REDIS_URL": "redis://me:s%40id@[::1]:7000/3"})
    assert settings.redis == RedisAddress("::1", 7000, 3, "me", "s@id")


@pytest.mark.parametrize(
    "url", ["redis+cluster://u:secret@a:1", "redis://u:secret@a:b", "redis://u:secret@a/x", "a"]
)
def test_another_kind_of_redis_is_refused_without_showing_the_password(url: str) -> None:
    with pytest.raises(SettingsError, match="REDIS_URL") as refused:
        read_settings({"REDIS_URL": url})
    assert "secret" not in str(refused.value)


def test_workers_share_the_l1_budget_and_several_are_bounded_in_staleness() -> None:
    four = read_settings({"WORKERS": "4", "L1_MAX_BYTES": "4000"})
    assert four.l1_worker_bytes == 1_000
    assert four.consistency == "bounded-staleness"
    assert read_settings({"WORKERS": "1"}).consistency == "read-your-writes"


def test_invalidation_is_on_unless_it_is_off() -> None:
    assert not read_settings({"INVALIDATION": "off"}).invalidation
    with pytest.raises(SettingsError, match="INVALIDATION"):
        read_settings({"INVALIDATION": "no"})
