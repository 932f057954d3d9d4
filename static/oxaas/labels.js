// Select2 names neither its boxes nor their search fields for a screen reader: they get the name of the field behind.

const jQuery = window.django?.jQuery;

function nameOf(select) {
  const label = select.labels?.[0];
  return select.getAttribute("aria-label") || (label ? label.textContent.trim().replace(/:$/, "") : "");
}

function nameBox(select) {
  const box = select.parentElement.querySelector(".select2-selection");
  const shown = box?.querySelector(".select2-selection__rendered");
  if (!shown) {
    return;
  }
  box.setAttribute("aria-label", nameOf(select));
  box.setAttribute("aria-describedby", shown.id);
  box.removeAttribute("aria-labelledby");
  // The box is the one thing to fill in; what is in it is text.
  shown.removeAttribute("role");
  shown.removeAttribute("aria-readonly");
}

function nameSearchField(event) {
  const field = document.querySelector(".select2-container--open .select2-search__field");
  field?.setAttribute("aria-label", nameOf(event.target));
}

function showAll(event) {
  const all = event.target.form.querySelector("a[href]");
  if (all) {
    window.location.assign(all.href);
  }
}

if (jQuery) {
  // After Django's own script, which was here first, has made the boxes.
  jQuery(() => {
    document.querySelectorAll("select.admin-autocomplete").forEach(nameBox);
  });
  jQuery(document).on("select2:open", nameSearchField);
  // To choose in a filter's box is to filter, as with the other filters; to empty it is to see all.
  jQuery(document).on("select2:select", "#changelist-filter select", (event) => event.target.form.requestSubmit());
  jQuery(document).on("select2:clear", "#changelist-filter select", showAll);
}
