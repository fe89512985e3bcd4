import { useSyncExternalStore } from 'react';
import { Icon } from './Icon.tsx';
import { currentToasts, dismissToast, subscribeToToasts } from './toasts.ts';

export function Toasts() {
  const toasts = useSyncExternalStore(subscribeToToasts, currentToasts);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {toasts.map(({ id, text, isFailure }) => (
        <div key={id} className={isFailure ? 'toast bad' : 'toast'}>
          <span>{text}</span>
          <button
            type="button"
            className="icon-button"
            aria-label="Dismiss"
            onClick={() => dismissToast(id)}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
