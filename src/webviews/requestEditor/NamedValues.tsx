export type Fact = readonly [name: string, value: string | undefined];

/** A list of facts under their names, without those that are not known. */
export function NamedValues({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl class="named-values">
      {facts.map(([name, value], i) =>
        value === undefined ? null : (
          <div key={i}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
