import { whyNotHere } from '../proof/why-not-here.ts';
import { type ProvedFile, verifyFile } from './verify-file.ts';

/** The page that verifies a file without a server. It has no network: its policy allows nothing but itself. */

const find = <T extends Element>(selector: string): T => {
  const found = document.querySelector<T>(selector);
  if (found === null) throw new Error(`The page has no ${selector}`);
  return found;
};
const key = find<HTMLTextAreaElement>('#key');
const input = find<HTMLInputElement>('#file');
const result = find<HTMLElement>('#result');
let text: string | undefined;

function element(name: string, content: string, className = ''): HTMLElement {
  const made = document.createElement(name);
  made.textContent = content;
  made.className = className;
  return made;
}

function showProved({ sequence, text: event, isErased, facts }: ProvedFile): void {
  const list = document.createElement('dl');
  for (const [label, value] of facts) list.append(element('dt', label), element('dd', value));
  const notes = [
    event === undefined ? 'It was dropped: what is proved is that its hash is in the log.' : '',
    isErased ? 'Its personal fields were erased; it has a commitment in their place.' : '',
  ];
  const shown =
    event === undefined ? [] : [element('pre', JSON.stringify(JSON.parse(event), null, 2))];
  result.replaceChildren(
    element('p', `Proved: event ${sequence} is in the log`, 'good'),
    ...notes.filter((note) => note !== '').map((note) => element('p', note)),
    list,
    ...shown,
  );
}

async function verify(): Promise<void> {
  if (text === undefined || key.value.trim() === '') return;
  const impossible = whyNotHere();
  if (impossible !== undefined) {
    result.replaceChildren(element('p', impossible, 'bad'));
    return;
  }
  try {
    showProved(await verifyFile(text, key.value));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    result.replaceChildren(element('p', 'Not proved', 'bad'), element('p', message));
  }
}

async function take(file: File | undefined): Promise<void> {
  if (file === undefined) return;
  text = await file.text();
  find('#name').textContent = file.name;
  if (key.value.trim() === '') {
    result.replaceChildren(element('p', 'Now enter the verifier key.'));
  }
  await verify();
}

key.addEventListener('input', () => void verify());
input.addEventListener('change', () => void take(input.files?.[0]));
document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', (event) => {
  event.preventDefault();
  void take(event.dataTransfer?.files[0]);
});
