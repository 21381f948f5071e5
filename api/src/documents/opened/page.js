(function () {
  var body = document.body, nonce = body.getAttribute('data-nonce'), open = document.querySelector('a.open'), label = open.textContent;
  var LONG = 3100, PATIENCE = 5000, visible = 0, since = document.visibilityState === 'hidden' ? 0 : Date.now();
  var said = false, waiting = false;
  function seen() { return visible + (since ? Date.now() - since : 0); }
  function say() {
    var request = new XMLHttpRequest();
    request.open('POST', location.pathname.replace(/\/+$/, '') + '/seen');
    request.setRequestHeader('Content-Type', 'application/json');
    request.timeout = PATIENCE;
    request.onloadend = function () { said = true; if (waiting) { go(); } };
    request.send(JSON.stringify({ nonce: nonce, visible_ms: seen(), automated: navigator.webdriver === true }));
  }
  /* Where the file is handed to another program, or somebody comes back, the page is still there. */
  function go() { waiting = false; open.textContent = label; location.href = open.href; }
  function look() {
    if (since && seen() >= LONG) { say(); } else { setTimeout(look, 200); }
  }
  document.addEventListener('visibilitychange', function () {
    if (document.visibilityState === 'hidden') { if (since) { visible += Date.now() - since; since = 0; } } else { since = Date.now(); }
  });
  open.addEventListener('click', function (event) {
    if (said || open.hasAttribute('download')) { return; }
    event.preventDefault();
    waiting = true;
    open.textContent = open.getAttribute('data-opening');
  });
  look();
})();
