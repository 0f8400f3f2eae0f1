"""What `houqin up` is asked for, and what it refuses: exit code 2, in both languages."""

from pathlib import Path

import pytest
from houqin.main import main
from houqin.plan import Plan, read_plan
from houqin.up import connections_each
from houqin_shared.misconfigured import Misconfigured


@pytest.mark.parametrize(
    ("flags", "en", "zh"),
    [
        ("--bus kafka", "--bus kafka needs the address", "需要 Kafka 的地址"),
        ("--kafka a:9092", "--kafka goes with --bus kafka", "须与 --bus kafka 一同使用"),
        ("--bus kafka --kafka a", "'a' is not HOST:PORT", "不是 主机:端口"),
        ("--replicas billing=2", "--replicas goes with --processes", "须与 --processes 一同使用"),
        ("--processes --replicas cooking=2", "such as billing=2", "例如 billing=2"),
        ("--processes --replicas billing", "such as billing=2", "例如 billing=2"),
        ("--processes --replicas billing=0", "a number from 1", "数量为 1"),
    ],
)
def test_flags_that_do_not_go_together_are_refused(
    flags: str, en: str, zh: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["up", *flags.split()]) == 2
    said = capsys.readouterr().err
    assert en in said
    assert zh in said


def test_settings_of_kafka_are_checked_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAFKA_SECURITY_PROTOCOL", "SSL3")
    assert main(["up", "--bus", "kafka", "--kafka", "a:9092"]) == 2
    assert "KAFKA_SECURITY_PROTOCOL is 'SSL3'" in capsys.readouterr().err


def test_nothing_said_is_one_process_and_the_bus_in_postgresql() -> None:
    plan = read_plan(
        port=8000, database_url=None, bus="postgres", kafka=None, processes=False, replicas=[]
    )
    assert plan == Plan(8000)


def test_replicas_are_numbered() -> None:
    plan = Plan(8000, processes=True, replicas={"billing": 2})
    assert plan.children == [
        ("contract-1", "contract"),
        ("inspection-1", "inspection"),
        ("feedback-1", "feedback"),
        ("billing-1", "billing"),
        ("billing-2", "billing"),
    ]


def test_connections_are_shared_out() -> None:
    assert connections_each(100, 4) == 10
    assert connections_each(100, 9) == 5
    with pytest.raises(Misconfigured, match="enough for 9 processes, not for 10"):
        connections_each(100, 10)


def test_a_report_that_cant_be_written_is_said_before_anything_is_played(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = Path(__file__).parents[2] / "examples" / "ezhou.yaml"
    nowhere = tmp_path / "nowhere" / "report.json"
    flags = ["--url", "http://127.0.0.1:1", "--json", str(nowhere)]
    assert main(["replay", str(file), *flags]) == 2
    assert f"{nowhere} can't be written" in capsys.readouterr().err
