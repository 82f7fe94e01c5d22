import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useKept, useSession } from './session.ts';

interface PanesProps {
  readonly request: ComponentChildren;
  readonly answer: ComponentChildren;
  /** Before the first answer the request has all the room that it needs. */
  readonly isAnswered: boolean;
}

const least = 15;
const most = 85;
const keyStep = 5;

/** The request and its answer: side by side where there is room, else one above the other; a bar moves the border. */
export function Panes({ request, answer, isAnswered }: PanesProps) {
  const { strings } = useSession();
  const panes = useRef<HTMLDivElement>(null);
  const isWide = useIsWide();
  const [ofHeight, setOfHeight] = useKept('shareOfHeight', 0);
  const [ofWidth, setOfWidth] = useKept('shareOfWidth', 0);
  const share = isWide ? ofWidth : ofHeight;
  const setShare = (percent: number): void =>
    (isWide ? setOfWidth : setOfHeight)(Math.max(least, Math.min(most, percent)));
  const reset = (): void => (isWide ? setOfWidth : setOfHeight)(0);

  useEffect(() => {
    if (share === 0) panes.current?.style.removeProperty('--share');
    else panes.current?.style.setProperty('--share', `${share}%`);
  }, [share]);

  const shown = (): number => {
    const [first] = panes.current?.children ?? [];
    const whole = panes.current?.getBoundingClientRect();
    const part = first?.getBoundingClientRect();
    if (!whole || !part) return 50;
    return Math.round(isWide ? (part.width / whole.width) * 100 : (part.height / whole.height) * 100);
  };
  const onPointerMove = (event: PointerEvent): void => {
    const whole = panes.current?.getBoundingClientRect();
    if (event.buttons !== 1 || !whole) return;
    const part = isWide
      ? (event.clientX - whole.left) / whole.width
      : (event.clientY - whole.top) / whole.height;
    setShare(Math.round(part * 100));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const [less, more] = isWide ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
    if (event.key === less) setShare(shown() - keyStep);
    else if (event.key === more) setShare(shown() + keyStep);
    else if (event.key === 'Enter') reset();
    else return;
    event.preventDefault();
  };

  return (
    <div class={`panes${share === 0 ? '' : ' sized'}${isAnswered ? ' answered' : ''}`} ref={panes}>
      <main class="pane request" aria-label={strings.request}>
        {request}
      </main>
      <div
        class="sash"
        role="separator"
        tabIndex={0}
        aria-label={strings.resizePanes}
        aria-orientation={isWide ? 'vertical' : 'horizontal'}
        aria-valuemin={least}
        aria-valuemax={most}
        aria-valuenow={share === 0 ? 50 : share}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={onPointerMove}
        onDblClick={reset}
        onKeyDown={onKeyDown}
      />
      <section class="pane answer" aria-label={strings.answer}>
        {answer}
      </section>
    </div>
  );
}

/** As in the style sheet. */
const wide = '(min-width: 1000px)';

function useIsWide(): boolean {
  const [isWide, setIsWide] = useState(() => matchMedia(wide).matches);
  useEffect(() => {
    const query = matchMedia(wide);
    const listen = (): void => setIsWide(query.matches);
    query.addEventListener('change', listen);
    return () => query.removeEventListener('change', listen);
  }, []);
  return isWide;
}
