import { useState } from 'react';
import { Icon } from '../ui/Icon.tsx';
import { showFailure } from '../ui/toasts.ts';

interface CopyButtonProps {
  readonly text: string;
  /** What is copied: "the id" */
  readonly what: string;
  /** Shown beside the icon; without it the icon is alone. */
  readonly label?: string;
}

export function CopyButton({ text, what, label }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), 2_000);
    } catch {
      showFailure(`Cannot copy ${what}`, 'this browser allows it over HTTPS or on localhost only');
    }
  };
  return (
    <button
      type="button"
      className={label === undefined ? 'icon-button' : 'button'}
      onClick={() => void copy()}
      aria-label={label === undefined ? `Copy ${what}` : undefined}
      title={`Copy ${what}`}
    >
      <Icon name={copied ? 'check' : 'copy'} />
      {label}
      <span className="visually-hidden" role="status">
        {copied ? 'Copied' : ''}
      </span>
    </button>
  );
}
