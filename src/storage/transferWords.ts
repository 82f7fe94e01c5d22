import * as vscode from 'vscode';
import { clockTime } from '../shared/clockTime.ts';
import type { TransferProgress } from './speedMeter.ts';

/** Like `43 % · 12 MB/s · 1:05 left`. */
export function transferText({ doneBytes, totalBytes, bytesPerSecond }: TransferProgress): string {
  const isTotalKnown = totalBytes !== undefined && totalBytes > 0;
  const parts = [
    isTotalKnown ? `${Math.floor((doneBytes / totalBytes) * 100)} %` : `${megabytes(doneBytes)} MB`,
  ];
  if (bytesPerSecond > 0) {
    parts.push(`${megabytes(bytesPerSecond)} MB/s`);
    if (isTotalKnown && doneBytes < totalBytes) {
      const leftMs = ((totalBytes - doneBytes) / bytesPerSecond) * 1000;
      // Shown in whole seconds, of which the last one is not zero.
      parts.push(vscode.l10n.t('{0} left', clockTime(leftMs + 999)));
    }
  }
  return parts.join(' · ');
}

function megabytes(bytes: number): string {
  const value = bytes / 1_000_000;
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}
