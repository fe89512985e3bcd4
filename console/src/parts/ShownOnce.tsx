import { CloseDialog, DialogLayer } from '../ui/FormDialog.tsx';
import { CopyButton } from './CopyButton.tsx';

interface ShownOnceProps {
  readonly title: string;
  /** "the key" */
  readonly what: string;
  readonly secret: string;
  /** What to do with it, and what it lets do. */
  readonly advice: string;
  readonly close: () => void;
}

/** A secret that the server does not know any more: it can be copied here, and nowhere else. */
export function ShownOnce({ title, what, secret, advice, close }: ShownOnceProps) {
  return (
    <DialogLayer title={title} close={close} stays>
      <p className="secret">
        <code>{secret}</code>
        <CopyButton text={secret} what={what} label="Copy" />
      </p>
      <p className="notice warn">
        <strong>It is shown this once.</strong> {advice}
      </p>
      <div className="buttons end">
        <CloseDialog>Done</CloseDialog>
      </div>
    </DialogLayer>
  );
}
