import pytest

from pulumi_collab.emulator import ControlError, Emulator

from .client import PROJECT, Caller

DELETE = "projects/collaboration/delete"


def test_the_defaults_are_the_mildest(emulator: Emulator, owner: Caller) -> None:
    """By default a second create changes what is there, and deleting somebody without access succeeds."""
    owner.add("jo")
    assert owner.add("jo", write=True)["success"]
    assert owner.people()["jo"] == ("write", False)
    assert owner.remove("jo")["success"]
    assert owner.remove("jo")["success"]
    assert all(each["value"] == each["choices"][0] for each in emulator.variants()["quantconnect"].values())


def test_duplicates_and_absent_people_as_errors(emulator: Emulator, owner: Caller) -> None:
    """`error` refuses a second create, which changes nothing, and the deletion of somebody without access."""
    emulator.variants(quantconnect={"duplicate_create": "error", "delete_absent": "error"})
    owner.add("jo")
    assert not owner.add("jo", write=True)["success"]
    assert owner.people()["jo"] == ("read", False)
    assert owner.remove("jo")["success"]
    assert not owner.remove("jo")["success"]


@pytest.mark.parametrize(
    ("key", "other"), [("collaboratorId", "collaboratorUserId"), ("collaboratorUserId", "collaboratorId")]
)
def test_one_delete_key_only(emulator: Emulator, owner: Caller, key: str, other: str) -> None:
    """A single delete key is needed, and the other one then says nothing."""
    emulator.variants(quantconnect={"delete_key": key})
    owner.add("jo")
    assert key in owner.call(DELETE, projectId=PROJECT, **{other: "jo"})["errors"][0]
    assert "jo" in owner.people()
    assert owner.call(DELETE, projectId=PROJECT, **{key: "jo", other: "mia-ai"})["success"]
    assert "jo" not in owner.people()


@pytest.mark.parametrize(
    ("guise", "status", "text"),
    [
        ("401", 401, ""),
        ("500", 500, ""),
        ("userid", 200, "UserID not valid"),
        ("hash", 200, "Hash doesn't match. UID: 1001"),
    ],
)
def test_guises_of_bad_credentials(emulator: Emulator, guise: str, status: int, text: str) -> None:
    """Bad credentials come as a 401 or a 500 without a body, or as one of two texts in a 200, one with the hash."""
    emulator.variants(quantconnect={"bad_credentials": guise})
    with Caller(emulator, token="wrong") as caller:
        answer = caller.send("authenticate")
        assert answer.status_code == status
        assert ("WWW-Authenticate" in answer.headers) == (guise == "401")
        if not text:
            assert answer.text == ""
            return
        found = answer.json()
        assert (found["success"], found["errors"][0].startswith(text)) == (False, True)
        assert (len(found["errors"][0]) > 64 + len(text)) == (guise == "hash")


def test_letter_case_of_slugs(emulator: Emulator, owner: Caller) -> None:
    """With `fold` another spelling means the same person, whose own spelling stays."""
    emulator.variants(quantconnect={"slug_case": "fold"})
    assert owner.add("MIA-AI")["success"]
    assert owner.people().keys() == {"owner-ola", "mia-ai"}
    assert owner.change("Mia-ai", write=True)["success"]
    assert not owner.add("Owner-Ola")["success"]
    assert owner.remove("mia-AI")["success"]


def test_uid_and_owner_may_be_missing(emulator: Emulator, owner: Caller) -> None:
    """`uid` can be null or missing, and `owner` missing for all but the owner."""
    owner.add("jo")

    def entries() -> list[dict[str, object]]:
        found: list[dict[str, object]] = owner.call("projects/collaboration/read", projectId=PROJECT)["collaborators"]
        return found

    emulator.variants(quantconnect={"uid": "null"})
    assert [entry["uid"] for entry in entries()] == [None, None]
    emulator.variants(quantconnect={"uid": "absent", "owner_flag": "absent-on-others"})
    assert [("uid" in entry, entry.get("owner")) for entry in entries()] == [(False, True), (False, None)]


@pytest.mark.parametrize(
    ("shape", "key", "many"),
    [("errors", "errors", True), ("messages", "messages", True), ("message", "Message", False)],
)
def test_shapes_of_errors(emulator: Emulator, owner: Caller, shape: str, key: str, many: bool) -> None:
    """A refusal's text comes in one of three shapes."""
    emulator.variants(quantconnect={"error_shape": shape})
    answer = owner.add("nobody")
    assert answer == {"success": False, key: ["There is no such user."] if many else "There is no such user."}


def test_writing_calls_may_answer_without_the_list(emulator: Emulator, owner: Caller) -> None:
    """With `without-list` a writing call only says that it worked."""
    emulator.variants(quantconnect={"write_answer": "without-list"})
    assert [owner.add("jo"), owner.change("jo"), owner.remove("jo")] == [{"success": True}] * 3


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ({"nowhere": {"uid": "null"}}, "unknown platform 'nowhere'"),
        ({"quantconnect": {"colour": "red"}}, "no variant 'colour'"),
        ({"quantconnect": {"uid": "maybe"}}, "one of present, null, absent"),
        ({"quantconnect": "null"}, "an object"),
    ],
)
def test_unknown_variants_are_refused(emulator: Emulator, wanted: dict[str, dict[str, str]], why: str) -> None:
    """A wrong name or value is refused with the right ones, and then nothing is set."""
    with pytest.raises(ControlError, match=why):
        emulator.variants(**{"quantconnect": {"uid": "null"}, **wanted})
    assert emulator.variants()["quantconnect"]["uid"]["value"] == "present"
