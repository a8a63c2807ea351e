/** From here Node runs typed files without a flag, and the SQLite binding loads. Checked by hand: this runs on Nodes of any age. */
export const MINIMUM_NODE = '22.18.0';

/** Whether `version`, as `24.21.0`, is new enough. */
export function isFit(version) {
  const have = version.split('.').map(Number);
  const need = MINIMUM_NODE.split('.').map(Number);
  const differs = need.findIndex((part, index) => part !== have[index]);
  return differs < 0 || have[differs] > need[differs];
}
