import pytest

from cache_service.settings import SettingsError, read_settings, usable_cpus


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = read_settings({})
    assert settings.host == "127.0.0.1"
    assert settings.workers == usable_cpus()
    assert settings.l1_max_bytes == 64 * 1024 * 1024
    assert settings.l1_ttl_s == 60.0
    assert settings.default_ttl_s == 300
    assert settings.max_value_bytes == 1024 * 1024
    assert settings.redis_timeout_s == 0.25


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", "\uff11", "9" * 30])
def test_a_number_that_makes_no_sense_is_refused_by_name(text: str) -> None:
    with pytest.raises(SettingsError, match="L1_MAX_BYTES"):
        read_settings({"L1_MAX_BYTES": text})


def test_an_unknown_kind_of_redis_is_refused_without_showing_the_password() -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({"REDIS_URL": "redis+sentinel://user:secret@redis"})
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("nodes", ["a:1", "u:p@a:1,10.0.0.2:2,[::1]:3", "a:1,b:2/", "a:1/0"])
def test_a_cluster_is_named_by_some_of_its_nodes(nodes: str) -> None:
    assert read_settings({"REDIS_URL": f"redis+cluster://{nodes}"}).redis_is_cluster


@pytest.mark.parametrize("nodes", ["", "a", "a:1,", "a:1/3", "u:secret@a:1,b"])
def test_a_cluster_without_ports_or_with_a_database_is_refused(nodes: str) -> None:
    with pytest.raises(SettingsError, match="host:port") as refused:
        read_settings({"REDIS_URL": f"redis+cluster://{nodes}"})
    assert "secret" not in str(refused.value)


def test_invalidation_is_on_unless_it_is_off() -> None:
    assert read_settings({}).invalidation
    assert not read_settings({"INVALIDATION": "off"}).invalidation
    with pytest.raises(SettingsError, match="INVALIDATION"):
        read_settings({"INVALIDATION": "no"})


def test_workers_share_the_l1_budget_and_several_are_bounded_in_staleness() -> None:
    four = read_settings({"WORKERS": "4", "L1_MAX_BYTES": "4000"})
    assert four.l1_worker_bytes == 1_000
    assert four.consistency == "bounded-staleness"
    assert read_settings({"WORKERS": "1"}).consistency == "read-your-writes"
