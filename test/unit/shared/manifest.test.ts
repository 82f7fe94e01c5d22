import assert from 'node:assert/strict';
import { access, readFile } from 'node:fs/promises';
import { describe, it } from 'mocha';
import * as v from 'valibot';
import {
  apiNames,
  commandId,
  commandNames,
  contextKeys,
  customEditors,
  prefix,
  schemes,
  settings,
  views,
  webviewPanels,
} from '../../../src/shared/contributions.ts';

const root = new URL('../../../', import.meta.url);
const command = v.looseObject({
  command: v.string(),
  title: v.optional(v.string()),
  category: v.optional(v.string()),
});
const menuItem = v.object({
  command: v.string(),
  when: v.optional(v.string()),
  group: v.optional(v.string()),
});

const manifestSchema = v.looseObject({
  activationEvents: v.array(v.string()),
  icon: v.string(),
  contributes: v.looseObject({
    commands: v.array(command),
    menus: v.record(v.string(), v.array(menuItem)),
    keybindings: v.array(v.looseObject({ command: v.string(), when: v.string() })),
    views: v.record(v.string(), v.array(v.looseObject({ id: v.string(), icon: v.string() }))),
    customEditors: v.array(v.looseObject({ viewType: v.string() })),
    configuration: v.looseObject({ properties: v.record(v.string(), v.looseObject({})) }),
    walkthroughs: v.array(
      v.looseObject({ steps: v.array(v.looseObject({ media: v.looseObject({ svg: v.string() }) })) }),
    ),
  }),
});

describe('manifest', () => {
  let text = '';
  let manifest: v.InferOutput<typeof manifestSchema>;
  const known = Object.values(commandNames).flat().map(commandId);

  before(async () => {
    text = await readFile(new URL('package.json', root), 'utf8');
    manifest = v.parse(manifestSchema, JSON.parse(text));
  });

  it('lists exactly the commands of the table, each with title and category', () => {
    const listed = manifest.contributes.commands;
    assert.deepEqual(listed.map((each) => each.command).sort(), [...known].sort());
    for (const each of listed) {
      assert.ok(each.title, `${each.command} has no title`);
      assert.equal(each.category, 'Azure ML');
    }
  });

  it('offers in menus and key bindings only commands that exist, always with a condition', () => {
    const { menus, keybindings } = manifest.contributes;
    for (const item of [...Object.values(menus).flat(), ...keybindings]) {
      assert.ok(known.includes(item.command), `${item.command} does not exist`);
      assert.ok(item.when, `${item.command} has no condition`);
    }
  });

  it('offers nothing twice in the same place', () => {
    for (const [menu, items] of Object.entries(manifest.contributes.menus)) {
      const places = items.map(({ command: name, when = '', group = '' }) =>
        [menu, name, when, group.startsWith('inline') ? 'inline' : 'in the menu'].join(' · '),
      );
      assert.deepEqual(
        places.filter((place, index) => places.indexOf(place) !== index),
        [],
      );
    }
  });

  it('declares the views, editors and settings of the tables', () => {
    const { views: declared, customEditors: editors, configuration } = manifest.contributes;
    assert.deepEqual(
      Object.values(declared)
        .flat()
        .map(({ id }) => id),
      Object.values(views),
    );
    assert.deepEqual(editors.map(({ viewType }) => viewType).sort(), Object.values(customEditors).sort());
    assert.deepEqual(
      Object.keys(configuration.properties).sort(),
      Object.values(settings)
        .map((name) => `${prefix}.${name}`)
        .sort(),
    );
  });

  it('wakes up for its file systems', () => {
    for (const scheme of Object.values(schemes))
      assert.ok(manifest.activationEvents.includes(`onFileSystem:${scheme}`));
  });

  it('wakes up for the panels that open again with their window', () => {
    for (const panel of Object.values(webviewPanels))
      assert.ok(manifest.activationEvents.includes(`onWebviewPanel:${panel}`));
  });

  it('uses no context key of its own that the table does not have', () => {
    const used = new Set(text.match(/azuremlServices\.\w+(?=")/g) ?? []);
    const whens = [...text.matchAll(/"when": "([^"]*)"/g)].flatMap(
      ([, when = '']) => when.match(/azuremlServices\.\w+/g) ?? [],
    );
    const declared = new Set<string>([
      ...Object.values(contextKeys),
      ...Object.values(views),
      ...Object.values(customEditors),
    ]);
    assert.ok(used.size > 0);
    for (const key of whens) assert.ok(declared.has(key), `${key} is in no table`);
  });

  it('has a text for every placeholder and no text too many', async () => {
    const texts = v.parse(
      v.record(v.string(), v.string()),
      JSON.parse(await readFile(new URL('package.nls.json', root), 'utf8')),
    );
    const placeholders = new Set([...text.matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key));
    assert.deepEqual(Object.keys(texts).sort(), [...placeholders].sort());
  });

  it('ships every picture that it names', async () => {
    const svgs = manifest.contributes.walkthroughs.flatMap(({ steps }) =>
      steps.map(({ media }) => media.svg),
    );
    const icons = Object.values(manifest.contributes.views)
      .flat()
      .map(({ icon }) => icon);
    for (const path of [manifest.icon, ...svgs, ...icons]) await access(new URL(path, root));
  });

  it('promises other extensions only commands that exist', () => {
    for (const name of apiNames) assert.ok(known.includes(commandId(name)));
  });
});
