import type { DashboardCommand } from '../../shared/dashboardContract.ts';
import { Button } from '../controls/controls.tsx';
import type { IconName } from '../controls/Icon.tsx';
import { useSession } from './session.ts';

interface RunButtonProps {
  readonly label: string;
  readonly command: DashboardCommand;
  readonly kind?: 'primary' | 'secondary' | 'link';
  readonly icon?: IconName;
}

/** Runs a command of the extension on the endpoint that is shown. */
export function RunButton({ command, ...button }: RunButtonProps) {
  const { host } = useSession();
  return <Button {...button} onClick={() => void host.run({ command })} />;
}
