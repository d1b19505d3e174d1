"""SRAM in a Pulumi program."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

import pulumi

from ..engine.dynamic import LifecycleProvider
from ..engine.program import DeclaredResource, argument, data_function, declare, hangs_on, program_directory
from ..lifecycle import Inputs
from .directory import Directory
from .lifecycles import (
    CollaborationInputs,
    CollaborationInviteInputs,
    ServiceConnectionInputs,
)
from .platform import PLATFORM
from .values import Identifier
from .wire import NAME, CollaborationDetails, Organisation, Role

Moment = str | date | datetime
"""A day such as `"2027-06-30"`, which stands for its first moment in UTC, or a date and time with a time zone."""


class CollaborationProvider(LifecycleProvider):
    """Serves `Collaboration`. Its name is in every state: it never changes."""

    platform = PLATFORM
    kind = "Collaboration"


class CollaborationInviteProvider(LifecycleProvider):
    """Serves `CollaborationInvite`. Its name is in every state: it never changes."""

    platform = PLATFORM
    kind = "CollaborationInvite"


class ServiceConnectionProvider(LifecycleProvider):
    """Serves `ServiceConnection`. Its name is in every state: it never changes."""

    platform = PLATFORM
    kind = "ServiceConnection"


class Collaboration(DeclaredResource, module="sram", name="Collaboration"):
    """A collaboration of the organisation that the API key belongs to.

    The id is the identifier that SRAM gives. Of a collaboration that exists the API can change the units alone; what
    else differs fails at preview, and is either changed in the web interface or, with `allow_replacement`, by deleting
    the collaboration with its members and invitations and making another. What is left out (None) is none at creation,
    and not managed after that: what people set in the web interface stays. One that exists already under this short
    name with the same values is taken over. Destroying the resource deletes the collaboration
    (`retain_on_delete=True` in the options keeps it); one with members only with `force_destroy`.

    Source: SRAM "External API" page; the published server.
    """

    name: pulumi.Output[str]
    short_name: pulumi.Output[str]
    description: pulumi.Output[str]
    disable_join_requests: pulumi.Output[bool]
    disclose_member_information: pulumi.Output[bool]
    disclose_email_information: pulumi.Output[bool]
    administrators: pulumi.Output[list[str]]
    message: pulumi.Output[str | None]
    expiry_date: pulumi.Output[str | None]
    logo: pulumi.Output[str | None]
    website_url: pulumi.Output[str | None]
    tags: pulumi.Output[list[str]]
    units: pulumi.Output[list[str] | None]
    support_email: pulumi.Output[str | None]
    allow_replacement: pulumi.Output[bool]
    force_destroy: pulumi.Output[bool]
    adopt: pulumi.Output[bool]
    global_urn: pulumi.Output[str | None]
    """The collaboration's name among all organisations: `demo:ai_computing`."""
    status: pulumi.Output[str | None]
    """`"active"`, or `"expired"` or `"suspended"` once the service's daily job has seen to it."""
    logo_url: pulumi.Output[str | None]
    """Where the picture can be fetched; it is redrawn, so it is not what was sent."""
    organisation_tags: pulumi.Output[list[str]]
    """Tags that the organisation has added by itself."""

    def __init__(
        self,
        resource_name: str,
        name: pulumi.Input[str],
        short_name: pulumi.Input[str],
        description: pulumi.Input[str],
        disable_join_requests: pulumi.Input[bool] = False,
        disclose_member_information: pulumi.Input[bool] = True,
        disclose_email_information: pulumi.Input[bool] = True,
        administrators: pulumi.Input[Sequence[pulumi.Input[str]]] = (),
        message: pulumi.Input[str] | None = None,
        expiry_date: pulumi.Input[Moment] | None = None,
        logo: pulumi.Input[str] | None = None,
        website_url: pulumi.Input[str] | None = None,
        tags: pulumi.Input[Sequence[pulumi.Input[str]]] = (),
        units: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        support_email: pulumi.Input[str] | None = None,
        allow_replacement: pulumi.Input[bool] = False,
        force_destroy: pulumi.Input[bool] = False,
        adopt: pulumi.Input[bool] = False,
        account: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the collaboration.

        :param resource_name: the resource's name in the program.
        :param name: 1 to 255 characters, unique in the organisation.
        :param short_name: 1 to 16 lower-case letters, digits and underscores, not beginning with a digit; unique in the
            organisation. It is what another run finds the collaboration by.
        :param description: what it is for; may be empty.
        :param disable_join_requests: whether people cannot ask to join.
        :param disclose_member_information: whether members see who else is a member.
        :param disclose_email_information: whether members see each other's e-mail addresses.
        :param administrators: e-mail addresses that are invited as admins when the collaboration is made, and never
            later; use `CollaborationInvite` for others.
        :param message: goes into the administrators' invitations. Acts at creation only.
        :param expiry_date: when it ends. SRAM keeps a day, and rounds up from 20:00 UTC on. In the future. None: not
            managed.
        :param logo: a picture in base64, bare or as a data URL. It is redrawn, so drift of it is not seen. None: not
            managed.
        :param website_url: begins with `https://`, `http://`, `ssh://` or `ftp://`; empty for none. None: not managed.
        :param tags: 1 to 32 lower-case letters, digits, dashes and underscores each, beginning with a letter. The
            organisation's own tags are added and are no drift.
        :param units: names of units of the organisation; an empty list for none. Changed in place. None: not managed.
            A key that is for some units alone gives these to whatever it makes, and can change none.
        :param support_email: where members find help; an e-mail address of up to 255 characters, or empty for none.
            None: not managed.
        :param allow_replacement: delete and make again when something changes that the API cannot change.
        :param force_destroy: delete it even when it has members. Has to be in the state, by an earlier `pulumi up`,
            before the collaboration is destroyed or replaced.
        :param adopt: take over a collaboration of this short name whose units differ, and change these. Acts at
            creation only.
        :param account: whose settings are used, by their name in the environment or the stack's configuration. Another
            account changes nothing at the service.
        :param opts: Pulumi's resource options.

        Errors, at preview and on the argument's name: a value outside these bounds, an unknown unit, a name that is
        taken or declared twice, values of an existing collaboration that the API cannot change (with the number of
        members and open invitations that a replacement would lose). At `pulumi up` alone: units that the key may not
        give; nothing is left of such a collaboration, and nobody is invited.
        """
        inputs = {
            "name": name,
            "short_name": short_name,
            "description": description,
            "disable_join_requests": disable_join_requests,
            "disclose_member_information": disclose_member_information,
            "disclose_email_information": disclose_email_information,
            "administrators": administrators,
            "message": message,
            "expiry_date": _text(expiry_date),
            "logo": logo,
            "website_url": website_url,
            "tags": tags,
            "units": units,
            "support_email": support_email,
            "allow_replacement": allow_replacement,
            "force_destroy": force_destroy,
            "adopt": adopt,
            "account": account,
        }
        assert inputs.keys() == CollaborationInputs.model_fields.keys()
        outputs = ("global_urn", "status", "logo_url", "organisation_tags")
        declared = declare(resource_name, inputs, opts, outputs=outputs)
        super().__init__(
            CollaborationProvider(),
            resource_name,
            declared,
            # names are unique, so whatever forces a replacement, the old one has to go first
            pulumi.ResourceOptions.merge(pulumi.ResourceOptions(delete_before_replace=True), opts),
        )
        hangs_on(self.id, declared)

    @property
    def identifier(self) -> pulumi.Output[str]:
        """The collaboration's UUID. It is the id, which a preview knows even while something else is updated."""
        return self.id


class CollaborationInvite(DeclaredResource, module="sram", name="CollaborationInvite"):
    """One person's way into a collaboration, from the invitation to the membership.

    The id is `<collaboration>/<email>`. Creating it sends an invitation, unless the person is a member or is invited
    already. `status` tells what became of it: `"open"`, `"accepted"`, `"expired"`, `"declined"` (or withdrawn by
    somebody), `"removed"` (was a member, and is not any more), `"ended"` (is listed as a member, past the membership's
    date). After `"expired"`, `"declined"` and `"removed"` the next `pulumi up` invites again, at most `resend_limit`
    times, and after `"ended"` once a later `membership_expiry_date` is declared. The last admin of a collaboration is
    neither demoted nor removed. A member is known by the uid: another user who has the address later is somebody else.

    Source: SRAM "External API" page; the published server.
    """

    collaboration: pulumi.Output[str]
    email: pulumi.Output[str]
    intended_role: pulumi.Output[str]
    message: pulumi.Output[str | None]
    sender_name: pulumi.Output[str | None]
    membership_expiry_date: pulumi.Output[str | None]
    invitation_expiry_date: pulumi.Output[str | None]
    groups: pulumi.Output[list[str]]
    on_delete: pulumi.Output[str]
    resend_limit: pulumi.Output[int]
    status: pulumi.Output[str]
    """`"open"`, `"accepted"`, `"ended"`, `"expired"`, `"declined"` or `"removed"`."""
    invitation_id: pulumi.Output[str | None]
    """The invitation's identifier, of the last one sent."""
    user: pulumi.Output[str | None]
    """The member's uid, once accepted."""
    accepted_as: pulumi.Output[str | None]
    """The member's address, where it is another than `email`."""
    holder: pulumi.Output[str | None]
    """The uid of another member who has the address now, and is not who this resource is about."""
    invitation_expires: pulumi.Output[str | None]
    """Until when the open invitation can be accepted."""
    membership_expires: pulumi.Output[str | None]
    """When the membership ends or ended, whoever has set that."""
    resends: pulumi.Output[int]
    """How often the person was invited again, of `resend_limit`."""

    def __init__(
        self,
        resource_name: str,
        collaboration: pulumi.Input[str],
        email: pulumi.Input[str],
        intended_role: pulumi.Input[Role] = "member",
        message: pulumi.Input[str] | None = None,
        sender_name: pulumi.Input[str] | None = None,
        membership_expiry_date: pulumi.Input[Moment] | None = None,
        invitation_expiry_date: pulumi.Input[Moment] | None = None,
        groups: pulumi.Input[Sequence[pulumi.Input[str]]] = (),
        on_delete: pulumi.Input[Literal["revoke", "keep"]] = "revoke",
        resend_limit: pulumi.Input[int] = 1,
        account: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the person's place in the collaboration.

        :param resource_name: the resource's name in the program.
        :param collaboration: the collaboration's `identifier`. Another one is a replacement.
        :param email: where the invitation goes; up to 255 characters. Another one is a replacement; case does not
            count. The person may accept under another address.
        :param intended_role: `"member"` or `"admin"`. Changed in the invitation while it is open, and in the membership
            after that.
        :param message: goes into each invitation; changing it sends nothing.
        :param sender_name: who the invitation is from; the organisation, unless given. Changing it sends nothing.
        :param membership_expiry_date: when the membership is to end; given with the invitation. The API cannot change
            it for a member. Once a membership has ended, a later date invites the person again. Left out: no end at
            creation, and whatever people make of it later is left alone.
        :param invitation_expiry_date: until when the invitation can be accepted; 15 days unless given. Changing a date
            of an open invitation withdraws it and sends another; taking it out changes nothing.
        :param groups: short names or identifiers of the collaboration's groups that the person joins by accepting.
        :param on_delete: `"revoke"`: destroying the resource ends the membership too; `"keep"`: it stays.
        :param resend_limit: how often the person is invited again, over the resource's life, when an invitation
            expires or is declined, or the member is removed. 0 or more.
        :param account: whose settings are used, by their name in the environment or the stack's configuration. Another
            account changes nothing at the service.
        :param opts: Pulumi's resource options.

        Errors, at preview and on the argument's name: a value outside these bounds, a new date that is past, an unknown
        collaboration, a member of another role, an open invitation of another role or groups, lowering the last admin,
        the expiry date of a member, an address that another user has now. What only the state tells of somebody who
        accepted under another address is a warning.
        """
        inputs = {
            "collaboration": collaboration,
            "email": email,
            "intended_role": intended_role,
            "message": message,
            "sender_name": sender_name,
            "membership_expiry_date": _text(membership_expiry_date),
            "invitation_expiry_date": _text(invitation_expiry_date),
            "groups": groups,
            "on_delete": on_delete,
            "resend_limit": resend_limit,
            "account": account,
        }
        assert inputs.keys() == CollaborationInviteInputs.model_fields.keys()
        outputs = (
            "status",
            "invitation_id",
            "user",
            "accepted_as",
            "holder",
            "invitation_expires",
            "membership_expires",
            "resends",
        )
        super().__init__(
            CollaborationInviteProvider(),
            resource_name,
            declare(resource_name, inputs, opts, outputs=outputs),
            opts,
        )


class ServiceConnection(DeclaredResource, module="sram", name="ServiceConnection"):
    """A service that the members of a collaboration can use.

    The id is `<collaboration>/<service_entity_id>`. Some services connect at once; for others a person has to approve,
    and `status` is `"pending"` until then. Destroying the resource disconnects the service; a request that still waits
    can only be cancelled by a person.

    Source: SRAM "External API" page; the published server.
    """

    collaboration: pulumi.Output[str]
    service_entity_id: pulumi.Output[str]
    status: pulumi.Output[str]
    """`"connected"` or `"pending"`."""
    entity_id: pulumi.Output[str | None]
    """The entity id in the service's own spelling."""

    def __init__(
        self,
        resource_name: str,
        collaboration: pulumi.Input[str],
        service_entity_id: pulumi.Input[str],
        account: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the connection.

        :param resource_name: the resource's name in the program.
        :param collaboration: the collaboration's `identifier`. Another one is a replacement.
        :param service_entity_id: the service's entity id, such as `https://wiki.example.org`; the API lists none, so
            you must know it. Another one is a replacement; case and blanks at the end do not count.
        :param account: whose settings are used, by their name in the environment or the stack's configuration. Another
            account changes nothing at the service.
        :param opts: Pulumi's resource options.

        Errors: an unknown collaboration, at preview; a service that does not exist, is not open to the organisation,
        is connected to everything anyway, or needs an approval while nobody is an admin of the collaboration; each says
        what to do.
        """
        inputs = {"collaboration": collaboration, "service_entity_id": service_entity_id, "account": account}
        assert inputs.keys() == ServiceConnectionInputs.model_fields.keys()
        super().__init__(
            ServiceConnectionProvider(),
            resource_name,
            declare(resource_name, inputs, opts, outputs=("status", "entity_id")),
            opts,
        )


def get_organisation(account: str | None = None) -> Organisation:
    """The API key's organisation with its units and all its collaborations, as they are when the program runs.

    :param account: whose settings are used; None: those without a name.
    :returns: `name`, `short_name`, `units` and `collaborations`, each with its values, `members` and `services`.

    Ends the program with one line when it cannot be read. Source: `organisations/v1`.
    """
    with data_function(f"could not read the {NAME} organisation"):
        return program_directory(PLATFORM, Directory, account).organisation()


class _CollaborationQuestion(Inputs):
    identifier: Identifier


def get_collaboration(identifier: str, account: str | None = None) -> CollaborationDetails:
    """A collaboration with its people, as it is when the program runs.

    :param identifier: the collaboration's UUID.
    :param account: whose settings are used; None: those without a name.
    :returns: its values, `members` (each with `uid`, `email`, `name`, `role`, `expires`), `services` (entity ids) and
        `open_invitations` (each with `identifier`, `email`, `intended_role`, `groups`, `expires`).

    Ends the program with one line when the identifier is none or it cannot be read. Source: `collaborations/v1`,
    `invitations/v1`.
    """
    with data_function(f"could not read the {NAME} collaboration", identifier):
        identifier = argument(_CollaborationQuestion, "identifier", identifier)
        directory = program_directory(PLATFORM, Directory, account)
        live = directory.collaboration(identifier)
        return CollaborationDetails(**dict(live), open_invitations=directory.open_invitations(identifier))


def _text(value: pulumi.Input[Moment] | None) -> pulumi.Input[str] | None:
    """Dates as text: the engine knows no others."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    later: pulumi.Output[Any] = pulumi.Output.from_input(value)
    return later.apply(lambda given: given.isoformat() if isinstance(given, date) else given)
