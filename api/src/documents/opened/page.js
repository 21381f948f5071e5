(function () {
  var body = document.body, nonce = body.getAttribute('data-nonce'), open = document.querySelector('a.open');
  var LONG = 3100, visible = 0, since = document.visibilityState === 'hidden' ? 0 : Date.now(), sent = false, waiting = null;
  function seen() { return visible + (since ? Date.now() - since : 0); }
  function say() {
    sent = true;
    var request = new XMLHttpRequest();
    request.open('POST', location.pathname.replace(/\/+$/, '') + '/seen');
    request.setRequestHeader('Content-Type', 'application/json');
    if (waiting) { request.onloadend = go; }
    request.send(JSON.stringify({ nonce: nonce, visible_ms: seen(), automated: navigator.webdriver === true }));
  }
  function go() { var to = waiting; waiting = null; if (to) { location.href = to; } }
  function look() {
    if (sent) { return; }
    if (since && seen() >= LONG) { say(); } else { setTimeout(look, 200); }
  }
  document.addEventListener('visibilitychange', function () {
    if (document.visibilityState === 'hidden') { if (since) { visible += Date.now() - since; since = 0; } } else { since = Date.now(); }
  });
  if (open) {
    open.addEventListener('click', function (event) {
      if (sent || open.hasAttribute('download')) { return; }
      event.preventDefault();
      waiting = open.href;
      open.textContent = open.getAttribute('data-opening');
    });
  }
  look();
})();
