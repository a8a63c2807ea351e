/** The name of a field without that of the item that it belongs to. */
export function fieldName(item: { readonly name: string }, name: string): string {
  const head = `${item.name}: `;
  return name.startsWith(head) ? name.slice(head.length) : name;
}
