const KINDS = {player: makePlayer, numbers: makeNumbers, code: makeCode, mini: makeMini, share: makeShare, take: makeTake};
