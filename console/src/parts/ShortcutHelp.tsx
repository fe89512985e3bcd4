import { useState } from 'react';
import { CloseDialog, DialogLayer } from '../ui/FormDialog.tsx';
import { areShortcutsOn, turnShortcuts } from '../ui/shortcuts.ts';

const shortcuts: readonly (readonly [keys: string, what: string])[] = [
  ['/', 'Search in descriptions'],
  ['v', 'Verify the event that is open'],
  ['?', 'Show this'],
];
const ofElements: readonly (readonly [keys: string, what: string])[] = [
  ['↓ or j, ↑ or k', 'In the list: the next event, the one before'],
  ['Page Up, Page Down, Home, End', 'In the list: far steps'],
  ['Enter', 'In the list: open the event. In the histogram: show that time'],
  ['← →, with Shift', 'In the histogram: move, select'],
  ['Escape', 'Close what is open'],
];

/** What can be done with keys, and whether they do it. */
export function ShortcutHelp({ close }: { readonly close: () => void }) {
  const [isOn, setOn] = useState(areShortcutsOn);
  const list = (keys: typeof shortcuts) => (
    <dl className="shortcuts">
      {keys.map(([key, what]) => (
        <div key={key}>
          <dt>
            <kbd>{key}</kbd>
          </dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
  );
  return (
    <DialogLayer title="Keys" close={close}>
      <h3>Anywhere</h3>
      {list(shortcuts)}
      <label className="check">
        <input
          type="checkbox"
          checked={isOn}
          onChange={({ target }) => {
            turnShortcuts(target.checked);
            setOn(target.checked);
          }}
        />
        These do something. Turned off, this list is still in the menu of the account.
      </label>
      <h3>Where the focus is</h3>
      {list(ofElements)}
      <div className="buttons end">
        <CloseDialog>Close</CloseDialog>
      </div>
    </DialogLayer>
  );
}
