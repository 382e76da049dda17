const keyId = '6d7e30e5c3d5f499';
const hash = '13c993d24990' + '0'.repeat(52);
const root = '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328';
const installation = '133b5ff4-f17a-4e25-83b6-58eb1e451093';
const body = `{"format":"ymera-checkpoint/1","installation":"${installation}","keyId":"${keyId}","number":1,"previous":"${'0'.repeat(64)}","root":"${root}","size":2,"time":"2026-11-25T01:16:42.730Z"}`;
const signature = 'x4mVRnSBdA2q7oU0Z3E2nqkzpHnR9qk2WzX0Y7bQf1JcLw0m7Gm3Vh1n5o3c0Q8s2b4d6f8h0j1l3n5p7r9tAA==';
const checkpoint = {
  number: 1,
  body,
  hash: '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  keyId,
  signature,
};

/** Examples of what is signed. */
export const evidenceExamples = {
  keys: {
    keys: [
      {
        keyId,
        publicKey: '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
        createdAt: '2026-11-25T01:16:38.813Z',
        retiredAt: null,
        vouchedBy: null,
        voucher: null,
      },
    ],
  },
  checkpointPage: { checkpoints: [checkpoint], next: null },
  provenCheckpoint: {
    ...checkpoint,
    head: { agent: 'shop', sequence: 2, hash },
    proof: { checkpoint: 1, leaf: 1, size: 2, path: [root] },
  },
  anchors: {
    anchors: [
      { name: 'file', checkpoint: 1, anchoredAt: '2026-11-25T01:16:43.101Z', fault: null, failedAt: null },
      {
        name: 'webhook',
        checkpoint: 0,
        anchoredAt: null,
        fault: 'the webhook answered 503',
        failedAt: '2026-11-25T01:16:43.311Z',
      },
    ],
  },
};
