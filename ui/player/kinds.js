const KINDS = {player: makePlayer, numbers: makeNumbers, code: makeCode, share: makeShare, take: makeTake};
