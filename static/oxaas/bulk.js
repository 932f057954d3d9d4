// Shows how far a bulk edit is, also in the title of a page in the background, and reloads the page when its state changes. Without it, a link does the same.
const box = document.getElementById("bulk-progress");
const bar = document.getElementById("bulk-bar");
const SECOND = 1000;

async function look() {
  const response = await fetch(box.dataset.url, { headers: { Accept: "application/json" } });
  if (!response.ok || response.redirected) {
    throw new Error(`status ${response.status}`);
  }
  const job = await response.json();
  if (job.state !== box.dataset.state) {
    window.location.reload();
    return false;
  }
  bar.max = job.total;
  bar.value = job.done;
  document.getElementById("bulk-text").textContent = job.text;
  document.getElementById("bulk-hint").textContent = job.hint;
  document.title = `${job.head} ${box.dataset.title}`;
  return true;
}

async function watch() {
  let pause = SECOND;
  try {
    if (!(await look())) {
      return;
    }
  } catch {
    // The server may be restarting: the job goes on, and so do we.
    pause = 5 * SECOND;
  }
  window.setTimeout(watch, pause);
}

watch();
