import type { ComponentProps, ReactNode } from 'react';

type ButtonProps = Omit<ComponentProps<'button'>, 'disabled' | 'className'> & {
  readonly look?: 'plain' | 'primary' | 'quiet' | 'danger';
  /** Why it cannot be pressed now. It stays in the order of focus, and says so. */
  readonly disabledReason?: string | undefined;
  /** Something is under way that it began. */
  readonly busy?: boolean;
  readonly children: ReactNode;
};

export function Button({
  look = 'plain',
  disabledReason,
  busy = false,
  onClick,
  children,
  ...rest
}: ButtonProps) {
  const isOff = busy || disabledReason !== undefined;
  return (
    <button
      type="button"
      {...rest}
      className={`button ${look}`}
      aria-disabled={isOff || undefined}
      aria-busy={busy || undefined}
      title={disabledReason ?? rest.title}
      onClick={(event) => {
        if (isOff) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {children}
    </button>
  );
}
