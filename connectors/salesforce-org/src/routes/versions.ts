import { type Answer, answerOf, type OrgRequest } from '../exchange.js';
import type { Org } from '../org.js';
import { versionLabel } from './resources.js';

/** `GET /services/data`: the API versions, for anyone. */
export function listVersions(org: Org, { format }: OrgRequest): Answer {
  const versions = org.settings.versions.map((version) => ({
    label: versionLabel(version),
    url: `/services/data/v${version}`,
    version,
  }));
  return answerOf(format, 200, 'Versions', format === 'json' ? versions : { Version: versions });
}
