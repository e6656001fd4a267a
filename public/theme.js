// Before the first paint, so that a chosen theme does not flash: the page's own scripts run after it.
document.documentElement.dataset.theme = localStorage.getItem("easel-theme") ?? "system";
