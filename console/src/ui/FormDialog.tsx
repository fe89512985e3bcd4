import { Dialog } from '@base-ui/react/dialog';
import { type ComponentProps, type FormEvent, type ReactNode, useState } from 'react';
import { Button } from './Button.tsx';

interface LayerProps {
  readonly title: string;
  readonly close: () => void;
  /** It holds something that is shown once: a press beside it or Escape does not close it. */
  readonly stays?: boolean;
  readonly children: ReactNode;
}

/** A dialog that is open for as long as it is rendered. */
export function DialogLayer({ title, close, stays = false, children }: LayerProps) {
  return (
    <Dialog.Root
      open
      onOpenChange={(_open, { reason }) => {
        if (!stays || reason === 'close-press') close();
      }}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog">
          <Dialog.Title>{title}</Dialog.Title>
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

interface FormDialogProps {
  readonly title: string;
  /** What the button does: "Revoke key" */
  readonly action: string;
  readonly look: NonNullable<ComponentProps<typeof Button>['look']>;
  /** What rejects is said in the dialog, which stays open. */
  readonly act: (form: FormData) => Promise<void>;
  readonly close: () => void;
  readonly children: ReactNode;
}

/** Asks for what an action needs, or whether it is meant. */
export function FormDialog({ title, action, look, act, close, children }: FormDialogProps) {
  const [failure, setFailure] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setFailure(undefined);
    try {
      await act(new FormData(event.currentTarget));
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <DialogLayer title={title} close={close}>
      <form className="dialog-form" onSubmit={(event) => void submit(event)}>
        {children}
        {failure !== undefined && (
          <p className="notice bad" role="alert">
            {failure}
          </p>
        )}
        <div className="buttons end">
          <Dialog.Close className="button">Cancel</Dialog.Close>
          <Button type="submit" look={look} busy={busy}>
            {action}
          </Button>
        </div>
      </form>
    </DialogLayer>
  );
}

/** The button of a dialog that has nothing more to ask. */
export function CloseDialog({
  look = 'primary',
  children,
}: {
  readonly look?: 'plain' | 'primary';
  readonly children: ReactNode;
}) {
  return <Dialog.Close className={`button ${look}`}>{children}</Dialog.Close>;
}
