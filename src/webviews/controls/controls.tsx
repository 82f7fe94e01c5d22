import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { Icon, type IconName } from './Icon.tsx';

interface ButtonProps {
  readonly label: string;
  readonly icon?: IconName;
  readonly kind?: 'primary' | 'secondary' | 'link';
  readonly title?: string;
  readonly disabled?: boolean;
  readonly expanded?: boolean;
  readonly onClick: () => void;
}

export function Button({ label, icon, kind = 'secondary', title, disabled, expanded, onClick }: ButtonProps) {
  return (
    <button
      type="button"
      class={`button button-${kind}`}
      title={title}
      disabled={disabled}
      aria-expanded={expanded}
      onClick={onClick}
    >
      {icon && <Icon name={icon} />}
      <span>{label}</span>
    </button>
  );
}

interface IconButtonProps {
  readonly label: string;
  readonly icon: IconName;
  readonly disabled?: boolean;
  /** For a button that turns something on and off. */
  readonly pressed?: boolean;
  readonly onClick: () => void;
}

/** A button without text; its label is read and shown on hover. */
export function IconButton({ label, icon, disabled, pressed, onClick }: IconButtonProps) {
  return (
    <button
      type="button"
      class="icon-button"
      title={label}
      aria-label={label}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

export interface Tab {
  readonly id: string;
  readonly label: string;
  /** Shown beside the label, such as a number of rows. */
  readonly badge?: string;
}

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly selected: string;
  readonly onSelect: (id: string) => void;
  readonly panelId: string;
  readonly children?: ComponentChildren;
}

/** A row of tabs; arrow keys go from one to the next. `children` are shown at its end. */
export function Tabs({ label, tabs, selected, onSelect, panelId, children }: TabsProps) {
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent): void => {
    const index = tabs.findIndex(({ id }) => id === selected);
    const target = tabs[nextIndex(event.key, index, tabs.length) ?? -1];
    if (!target) return;
    event.preventDefault();
    onSelect(target.id);
    list.current?.querySelector<HTMLElement>(`#${CSS.escape(tabId(panelId, target.id))}`)?.focus();
  };
  return (
    <div class="tabs">
      <div class="tab-list" role="tablist" aria-label={label} ref={list} onKeyDown={move}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={tabId(panelId, tab.id)}
            class="tab"
            aria-selected={tab.id === selected}
            aria-controls={panelId}
            tabIndex={tab.id === selected ? 0 : -1}
            onClick={() => onSelect(tab.id)}
          >
            {tab.label}
            {tab.badge !== undefined && <span class="badge">{tab.badge}</span>}
          </button>
        ))}
      </div>
      {children && <div class="tab-actions">{children}</div>}
    </div>
  );
}

export function tabId(panelId: string, id: string): string {
  return `${panelId}-${id}`;
}

function nextIndex(key: string, index: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowRight':
      return (index + 1) % count;
    case 'ArrowLeft':
      return (index + count - 1) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}

interface MessageProps {
  readonly kind: 'error' | 'warning' | 'info';
  readonly children: ComponentChildren;
  readonly actions?: ComponentChildren;
}

/** A remark in the flow of the page. */
export function Message({ kind, children, actions }: MessageProps) {
  return (
    <div class={`message message-${kind}`} role={kind === 'error' ? 'alert' : undefined}>
      <Icon name={kind} />
      <div class="message-text">{children}</div>
      {actions && <div class="message-actions">{actions}</div>}
    </div>
  );
}

interface SectionProps {
  readonly title: string;
  readonly badge?: string;
  readonly open: boolean;
  readonly onToggle: (open: boolean) => void;
  /** Says in a line what is in it while it is folded. */
  readonly summary?: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A part of the page that folds. */
export function Section({ title, badge, open, onToggle, summary, actions, children }: SectionProps) {
  return (
    <section class="section" aria-label={title}>
      <div class="section-head">
        <h2>
          <button type="button" class="section-toggle" aria-expanded={open} onClick={() => onToggle(!open)}>
            <Icon name={open ? 'down' : 'next'} />
            {title}
            {badge !== undefined && <span class="badge">{badge}</span>}
          </button>
        </h2>
        {!open && summary !== undefined && <div class="section-summary">{summary}</div>}
        {actions}
      </div>
      {open && <div class="section-body">{children}</div>}
    </section>
  );
}
