"""The Admin family's paths, as published; a route's name is the contract's operation without its method."""

from django.urls import path

from accounts.views import UserSearchViewSet, UserViewSet

_USER = "contexts/<str:contextid>/users/<str:userid>"

urlpatterns = [
    path(
        f"{_USER}/custom",
        UserViewSet.as_view({"get": "retrieve_custom", "put": "update_custom", "delete": "destroy_custom"}),
        name="custom",
    ),
    path(
        f"{_USER}/msisdn",
        UserViewSet.as_view({"get": "retrieve_msisdn", "put": "update_msisdn", "delete": "destroy_msisdn"}),
        name="msisdn",
    ),
    path("oxuser", UserSearchViewSet.as_view({"get": "search"}), name="oxuser"),
    path(
        f"{_USER}/uidname",
        UserViewSet.as_view({"get": "retrieve_uidname", "put": "update_uidname"}),
        name="uidname",
    ),
    path(f"{_USER}/uids", UserViewSet.as_view({"post": "create_uids"}), name="uids"),
    path(f"{_USER}/userconfig", UserViewSet.as_view({"get": "retrieve_config"}), name="userconfig"),
    path(
        f"{_USER}/userconfig/searchpattern/<rest:searchpattern>",
        UserViewSet.as_view({"get": "search_config"}),
        name="userconfig-searchpattern",
    ),
]
