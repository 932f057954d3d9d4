from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.mail_quota import MailQuota
    from ..models.message_count import MessageCount
    from ..models.recent_mail import RecentMail


T = TypeVar("T", bound="MailAll")


@_attrs_define
class MailAll:
    """
    Attributes:
        recentmails (list[RecentMail]):
        quota (MailQuota):
        newmessages (MessageCount):
        recentmessages (MessageCount):
    """

    recentmails: list[RecentMail]
    quota: MailQuota
    newmessages: MessageCount
    recentmessages: MessageCount
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        recentmails = []
        for recentmails_item_data in self.recentmails:
            recentmails_item = recentmails_item_data.to_dict()
            recentmails.append(recentmails_item)

        quota = self.quota.to_dict()

        newmessages = self.newmessages.to_dict()

        recentmessages = self.recentmessages.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "recentmails": recentmails,
                "quota": quota,
                "newmessages": newmessages,
                "recentmessages": recentmessages,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.mail_quota import MailQuota  # noqa: PLC0415
        from ..models.message_count import MessageCount  # noqa: PLC0415
        from ..models.recent_mail import RecentMail  # noqa: PLC0415

        d = dict(src_dict)
        recentmails = []
        _recentmails = d.pop("recentmails")
        for recentmails_item_data in _recentmails:
            recentmails_item = RecentMail.from_dict(recentmails_item_data)

            recentmails.append(recentmails_item)

        quota = MailQuota.from_dict(d.pop("quota"))

        newmessages = MessageCount.from_dict(d.pop("newmessages"))

        recentmessages = MessageCount.from_dict(d.pop("recentmessages"))

        mail_all = cls(
            recentmails=recentmails,
            quota=quota,
            newmessages=newmessages,
            recentmessages=recentmessages,
        )

        mail_all.additional_properties = d
        return mail_all

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
