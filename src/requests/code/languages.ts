import { csharp } from './csharp.ts';
import { curl } from './curl.ts';
import { javascript } from './javascript.ts';
import type { ClientProgram } from './program.ts';
import { python } from './python.ts';
import { r } from './r.ts';

export interface CodeLanguage {
  readonly id: 'python' | 'javascript' | 'csharp' | 'r' | 'curl';
  readonly label: string;
  /** What VS Code calls the language. */
  readonly languageId: string;
  /** What the program runs on. */
  readonly needs: string;
  readonly write: (program: ClientProgram) => string;
}

export const codeLanguages: readonly CodeLanguage[] = [
  { id: 'python', label: 'Python 3', languageId: 'python', needs: 'Python 3.8, no packages', write: python },
  {
    id: 'javascript',
    label: 'JavaScript',
    languageId: 'javascript',
    needs: 'Node 18, no packages',
    write: javascript,
  },
  {
    id: 'csharp',
    label: 'C#',
    languageId: 'csharp',
    needs: '.NET 6 or .NET Framework 4.7.2, no packages',
    write: csharp,
  },
  { id: 'r', label: 'R', languageId: 'r', needs: 'R 4.1, httr2, jsonlite', write: r },
  { id: 'curl', label: 'cURL', languageId: 'shellscript', needs: 'bash, cURL 7.55', write: curl },
];
