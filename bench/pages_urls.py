"""The product's routes, and a stock admin site beside them."""

from __future__ import annotations

from django.urls import path

from bench.pages import STOCK, stock_site
from oxaas.urls import urlpatterns as ours

urlpatterns = [path(STOCK.removeprefix("/"), stock_site().urls), *ours]
