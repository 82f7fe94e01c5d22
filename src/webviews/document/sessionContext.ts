import { createContext, type Context } from 'preact';
import { useContext } from 'preact/hooks';

/** Where a page's session stands, and the hook of the components below. */
export function sessionContext<S>(): { readonly Session: Context<S | undefined>; readonly use: () => S } {
  const Session = createContext<S | undefined>(undefined);
  return {
    Session,
    use() {
      const session = useContext(Session);
      if (!session) throw new Error('There is no session above this component.');
      return session;
    },
  };
}
