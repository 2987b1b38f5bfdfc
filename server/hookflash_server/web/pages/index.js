'use strict';

// A page's call as the plug-in's document has it, without jQuery.
var calls = 0;
function ask(query, done) {
  var name = 'hookflash_' + (++calls);
  var script = document.createElement('script');
  function end(answer) {
    delete window[name];
    script.remove();
    done(answer);
  }
  window[name] = end;
  script.onerror = function () { end({result: 'failed', detail: 'agent_not_running'}); };
  script.src = '/?' + query + '&jsonpcallback=' + name + '&_=' + Date.now();
  document.head.appendChild(script);
}

function byId(id) { return document.getElementById(id); }

function show(query, answer) {
  var item = document.createElement('li');
  item.className = answer.result;
  item.textContent = new Date().toLocaleTimeString() + '  ' + query + ' → ' + answer.result +
    (answer.detail ? ' (' + answer.detail + ')' : '') + (answer.hint ? ': ' + answer.hint : '');
  byId('answers').prepend(item);
  while (byId('answers').children.length > 4) byId('answers').lastChild.remove();
}

function command(query) {
  ask(query, function (answer) { show(query, answer); refresh(); });
}

function describe(call, last) {
  if (!call) return last ? 'none; the last one (' + last.direction + '): ' + last.reason : 'none';
  var who = call.name ? call.name + ' ' + call.number : call.number || call.absent || 'unknown';
  return call.direction + ' ' + who + ', ' + call.state + (call.certain ? '' : ' (not certain)');
}

function refresh() {
  ask('cmd=status', function (status) {
    byId('ext').textContent = status.ext || '–';
    byId('state').textContent = status.state
      ? status.state + (status.offline_because ? ' (' + status.offline_because + ')' : '')
      : 'the agent is not running';
    var handset = status.handset;
    byId('line').textContent = status.line
      ? status.line.name + ', ' + status.line.identity : status.offline_hint || '–';
    byId('handset').textContent = !handset ? 'none'
      : handset.state === 'ready' ? handset.name + ', ' + handset.identity : handset.hint || '–';
    byId('call').textContent = describe(status.call, status.last_call);
  });
}

byId('dial').addEventListener('submit', function (event) {
  event.preventDefault();
  command('cmd=dial_out&dial_number=' + encodeURIComponent(byId('number').value));
});
byId('transfer').addEventListener('submit', function (event) {
  event.preventDefault();
  var kind = byId('kind').value;
  command('cmd=transfer_to&trans_type=' + kind + '&trans_' + kind + '=' +
    encodeURIComponent(byId('target').value));
});
document.querySelectorAll('button[data-cmd]').forEach(function (button) {
  button.addEventListener('click', function () { command('cmd=' + button.dataset.cmd); });
});
'123456789*0#'.split('').forEach(function (key) {
  var button = document.createElement('button');
  button.textContent = key;
  button.addEventListener('click', function () {
    command('cmd=send_dtmf&dtmf=' + encodeURIComponent(key));
  });
  byId('keys').append(button);
});
refresh();
setInterval(function () { if (!document.hidden) refresh(); }, 1000);
