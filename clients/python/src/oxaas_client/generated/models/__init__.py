"""Contains all the data models used in inputs/outputs"""

from .custom import Custom
from .custom_input import CustomInput
from .error import Error
from .list_domains_response_200 import ListDomainsResponse200
from .list_forwards_response_200 import ListForwardsResponse200
from .mail_all import MailAll
from .mail_quota import MailQuota
from .message_count import MessageCount
from .msisdn import Msisdn
from .patched_v2_administrator_edit import PatchedV2AdministratorEdit
from .patched_v2_administrator_edit_language import PatchedV2AdministratorEditLanguage
from .patched_v2_alias_edit import PatchedV2AliasEdit
from .patched_v2_context_edit import PatchedV2ContextEdit
from .patched_v2_label_edit import PatchedV2LabelEdit
from .patched_v2_label_edit_colour import PatchedV2LabelEditColour
from .patched_v2_property_edit import PatchedV2PropertyEdit
from .patched_v2_reseller_edit import PatchedV2ResellerEdit
from .patched_v2_user_edit import PatchedV2UserEdit
from .patched_v2_webhook_edit import PatchedV2WebhookEdit
from .post_domain_response_200 import PostDomainResponse200
from .property_ import Property
from .property_scope import PropertyScope
from .quota import Quota
from .recent_mail import RecentMail
from .recipient_input_type_0 import RecipientInputType0
from .search_user_field import SearchUserField
from .uidname import Uidname
from .uids_input import UidsInput
from .user import User
from .userconfig import Userconfig
from .v2_administrator import V2Administrator
from .v2_administrator_edit import V2AdministratorEdit
from .v2_administrator_edit_language import V2AdministratorEditLanguage
from .v2_administrator_language import V2AdministratorLanguage
from .v2_administrator_page import V2AdministratorPage
from .v2_administrator_role import V2AdministratorRole
from .v2_administrators_list_role import V2AdministratorsListRole
from .v2_alias import V2Alias
from .v2_alias_edit import V2AliasEdit
from .v2_alias_page import V2AliasPage
from .v2_api_password import V2ApiPassword
from .v2_api_password_families_item import V2ApiPasswordFamiliesItem
from .v2_api_password_page import V2ApiPasswordPage
from .v2_change import V2Change
from .v2_change_action import V2ChangeAction
from .v2_change_after_type_0 import V2ChangeAfterType0
from .v2_change_before_type_0 import V2ChangeBeforeType0
from .v2_change_channel import V2ChangeChannel
from .v2_change_page import V2ChangePage
from .v2_changes_list_action import V2ChangesListAction
from .v2_changes_list_channel import V2ChangesListChannel
from .v2_context import V2Context
from .v2_context_edit import V2ContextEdit
from .v2_context_page import V2ContextPage
from .v2_delivery import V2Delivery
from .v2_delivery_page import V2DeliveryPage
from .v2_delivery_state import V2DeliveryState
from .v2_domain import V2Domain
from .v2_domain_page import V2DomainPage
from .v2_domain_proof import V2DomainProof
from .v2_domains_list_proof import V2DomainsListProof
from .v2_effective import V2Effective
from .v2_effective_config import V2EffectiveConfig
from .v2_effective_scope import V2EffectiveScope
from .v2_job import V2Job
from .v2_job_page import V2JobPage
from .v2_job_row import V2JobRow
from .v2_job_row_outcome import V2JobRowOutcome
from .v2_job_rows import V2JobRows
from .v2_job_start import V2JobStart
from .v2_job_state import V2JobState
from .v2_job_undo import V2JobUndo
from .v2_jobs_items_outcome import V2JobsItemsOutcome
from .v2_jobs_list_state import V2JobsListState
from .v2_label import V2Label
from .v2_label_colour import V2LabelColour
from .v2_label_edit import V2LabelEdit
from .v2_label_edit_colour import V2LabelEditColour
from .v2_label_page import V2LabelPage
from .v2_made_api_password import V2MadeApiPassword
from .v2_made_api_password_families_item import V2MadeApiPasswordFamiliesItem
from .v2_made_webhook import V2MadeWebhook
from .v2_made_webhook_switched_off import V2MadeWebhookSwitchedOff
from .v2_mail import V2Mail
from .v2_new_administrator import V2NewAdministrator
from .v2_new_administrator_language import V2NewAdministratorLanguage
from .v2_new_administrator_role import V2NewAdministratorRole
from .v2_new_alias import V2NewAlias
from .v2_new_api_password import V2NewApiPassword
from .v2_new_api_password_families_item import V2NewApiPasswordFamiliesItem
from .v2_new_context import V2NewContext
from .v2_new_domain import V2NewDomain
from .v2_new_job import V2NewJob
from .v2_new_job_filter import V2NewJobFilter
from .v2_new_job_params import V2NewJobParams
from .v2_new_label import V2NewLabel
from .v2_new_label_colour import V2NewLabelColour
from .v2_new_property import V2NewProperty
from .v2_new_reseller import V2NewReseller
from .v2_new_user import V2NewUser
from .v2_new_webhook import V2NewWebhook
from .v2_outcome import V2Outcome
from .v2_planned import V2Planned
from .v2_planned_action import V2PlannedAction
from .v2_problem import V2Problem
from .v2_properties_list_scope import V2PropertiesListScope
from .v2_property import V2Property
from .v2_property_edit import V2PropertyEdit
from .v2_property_page import V2PropertyPage
from .v2_property_scope import V2PropertyScope
from .v2_provision import V2Provision
from .v2_provision_document import V2ProvisionDocument
from .v2_provisioned import V2Provisioned
from .v2_reseller import V2Reseller
from .v2_reseller_edit import V2ResellerEdit
from .v2_reseller_page import V2ResellerPage
from .v2_secret import V2Secret
from .v2_step import V2Step
from .v2_step_found import V2StepFound
from .v2_user import V2User
from .v2_user_edit import V2UserEdit
from .v2_user_page import V2UserPage
from .v2_way import V2Way
from .v2_webhook import V2Webhook
from .v2_webhook_deliveries_list_state import V2WebhookDeliveriesListState
from .v2_webhook_edit import V2WebhookEdit
from .v2_webhook_page import V2WebhookPage
from .v2_webhook_switched_off import V2WebhookSwitchedOff
from .v2_wrong_value import V2WrongValue

__all__ = (
    "Custom",
    "CustomInput",
    "Error",
    "ListDomainsResponse200",
    "ListForwardsResponse200",
    "MailAll",
    "MailQuota",
    "MessageCount",
    "Msisdn",
    "PatchedV2AdministratorEdit",
    "PatchedV2AdministratorEditLanguage",
    "PatchedV2AliasEdit",
    "PatchedV2ContextEdit",
    "PatchedV2LabelEdit",
    "PatchedV2LabelEditColour",
    "PatchedV2PropertyEdit",
    "PatchedV2ResellerEdit",
    "PatchedV2UserEdit",
    "PatchedV2WebhookEdit",
    "PostDomainResponse200",
    "Property",
    "PropertyScope",
    "Quota",
    "RecentMail",
    "RecipientInputType0",
    "SearchUserField",
    "Uidname",
    "UidsInput",
    "User",
    "Userconfig",
    "V2Administrator",
    "V2AdministratorEdit",
    "V2AdministratorEditLanguage",
    "V2AdministratorLanguage",
    "V2AdministratorPage",
    "V2AdministratorRole",
    "V2AdministratorsListRole",
    "V2Alias",
    "V2AliasEdit",
    "V2AliasPage",
    "V2ApiPassword",
    "V2ApiPasswordFamiliesItem",
    "V2ApiPasswordPage",
    "V2Change",
    "V2ChangeAction",
    "V2ChangeAfterType0",
    "V2ChangeBeforeType0",
    "V2ChangeChannel",
    "V2ChangePage",
    "V2ChangesListAction",
    "V2ChangesListChannel",
    "V2Context",
    "V2ContextEdit",
    "V2ContextPage",
    "V2Delivery",
    "V2DeliveryPage",
    "V2DeliveryState",
    "V2Domain",
    "V2DomainPage",
    "V2DomainProof",
    "V2DomainsListProof",
    "V2Effective",
    "V2EffectiveConfig",
    "V2EffectiveScope",
    "V2Job",
    "V2JobPage",
    "V2JobRow",
    "V2JobRowOutcome",
    "V2JobRows",
    "V2JobsItemsOutcome",
    "V2JobsListState",
    "V2JobStart",
    "V2JobState",
    "V2JobUndo",
    "V2Label",
    "V2LabelColour",
    "V2LabelEdit",
    "V2LabelEditColour",
    "V2LabelPage",
    "V2MadeApiPassword",
    "V2MadeApiPasswordFamiliesItem",
    "V2MadeWebhook",
    "V2MadeWebhookSwitchedOff",
    "V2Mail",
    "V2NewAdministrator",
    "V2NewAdministratorLanguage",
    "V2NewAdministratorRole",
    "V2NewAlias",
    "V2NewApiPassword",
    "V2NewApiPasswordFamiliesItem",
    "V2NewContext",
    "V2NewDomain",
    "V2NewJob",
    "V2NewJobFilter",
    "V2NewJobParams",
    "V2NewLabel",
    "V2NewLabelColour",
    "V2NewProperty",
    "V2NewReseller",
    "V2NewUser",
    "V2NewWebhook",
    "V2Outcome",
    "V2Planned",
    "V2PlannedAction",
    "V2Problem",
    "V2PropertiesListScope",
    "V2Property",
    "V2PropertyEdit",
    "V2PropertyPage",
    "V2PropertyScope",
    "V2Provision",
    "V2ProvisionDocument",
    "V2Provisioned",
    "V2Reseller",
    "V2ResellerEdit",
    "V2ResellerPage",
    "V2Secret",
    "V2Step",
    "V2StepFound",
    "V2User",
    "V2UserEdit",
    "V2UserPage",
    "V2Way",
    "V2Webhook",
    "V2WebhookDeliveriesListState",
    "V2WebhookEdit",
    "V2WebhookPage",
    "V2WebhookSwitchedOff",
    "V2WrongValue",
)
