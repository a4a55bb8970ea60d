import KubeCore

/// The watches of one resource, so arranged that a change need not be shown to those that watch another object by its name.
///
/// A thousand agents watch a thousand hosts, each its own: asking all of them of each change would be a million questions.
struct WatcherTable {
    /// By the one name they ask for; nil holds those that ask for no name or for several.
    private var byName: [String?: [UInt64: Watcher]] = [:]
    private(set) var count = 0

    mutating func add(_ watcher: Watcher) {
        if byName[watcher.filter.name, default: [:]].updateValue(watcher, forKey: watcher.id) == nil { count += 1 }
    }

    mutating func remove(_ watcher: Watcher) {
        let name = watcher.filter.name
        guard byName[name]?.removeValue(forKey: watcher.id) != nil else { return }
        count -= 1
        if byName[name]?.isEmpty ?? false { byName[name] = nil }
    }

    var all: some Sequence<Watcher> { byName.values.lazy.flatMap(\.values) }

    /// Shows a change to all whom it may concern.
    func offer(_ change: Change) {
        for name in [nil, change.object.key.name] {
            guard let watchers = byName[name] else { continue }
            for watcher in watchers.values { watcher.offer(change) }
        }
    }
}
