/** What may be shown of a text that identifies a person: `310***********1234`, `138****1234`, of a short one its last character. */
export function masked(text: string): string {
  const [head, tail] = text.length >= 11 ? [3, 4] : [0, 1];
  return `${text.slice(0, head)}${'*'.repeat(Math.max(0, text.length - head - tail))}${text.slice(text.length - tail)}`;
}
