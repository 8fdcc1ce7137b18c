// Elements out of texts: what the hub says never becomes markup.

export const byId = (id) => document.getElementById(id);

/**
 * An element. `attributes`: `class`, `dataset`, `on` (listeners by event), properties by name.
 * Children are nodes or texts; null and undefined are left out.
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'class') node.className = value;
    else if (name === 'dataset') Object.assign(node.dataset, value);
    else if (name === 'on') {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else node[name] = value;
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/** Only touches the page when the text is another. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export const button = (label, onClick, attributes = {}) =>
  el('button', { type: 'button', on: { click: onClick }, ...attributes }, label);

export const badge = (text, kind = text) => el('span', { class: `badge ${kind}` }, text);

let toastTimer = 0;

/** A short message at the edge of the page. */
export function toast(text, isError = false) {
  const node = byId('toast');
  node.className = isError ? 'shown error' : 'shown';
  node.textContent = text;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { node.className = ''; }, 6000);
}

/** Runs an action of the operator; says what became of it. Whether it succeeded. */
export async function attempt(action) {
  try {
    const said = await action();
    if (said) toast(said);
    return true;
  } catch (error) {
    toast(error.message, true);
    return false;
  }
}

function open(children) {
  const dialog = byId('dialog');
  dialog.replaceChildren(...children);
  if (!dialog.open) dialog.showModal();
  return dialog;
}

/** Shows `children` until it is closed. */
export function showDialog(title, ...children) {
  const close = () => byId('dialog').close();
  open([el('h2', {}, title), ...children,
    el('p', { class: 'actions' }, button('Close', close, { className: 'close' }))]);
}

/** Asks before something that cannot be undone. */
export function confirmed(question, doIt) {
  return new Promise((resolve) => {
    let answer = false;
    const yes = button(doIt, () => { answer = true; dialog.close(); }, { className: 'danger confirm' });
    const no = button('Cancel', () => dialog.close());
    const dialog = open([el('p', {}, question), el('p', { class: 'actions' }, no, yes)]);
    dialog.addEventListener('close', () => resolve(answer), { once: true });
    no.focus();
  });
}
