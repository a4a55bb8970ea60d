import GraftAPI

/// What people ask for by annotation. Each is consumed once, obeyed or not.
package struct Verbs: Sendable, Hashable {
    /// `<rollout>/<step>`, or `<rollout>/full`.
    package var promote: String?
    /// `<rollout>/<step>/<approver>`.
    package var approve: String?
    /// `<rollout>`, or `<rollout>/<step>`.
    package var abort: String?
    /// `<revision>`.
    package var retry: String?
    /// `<rollout>`: the last one.
    package var restart: String?
    /// Why freeze windows are not to hold it.
    package var overrideFreeze: String?

    package init() {}

    package init(annotations: [String: String]) {
        promote = annotations[GraftAPI.promoteAnnotation]
        approve = annotations[GraftAPI.approveAnnotation]
        abort = annotations[GraftAPI.abortAnnotation]
        retry = annotations[GraftAPI.retryAnnotation]
        restart = annotations[GraftAPI.restartAnnotation]
        overrideFreeze = annotations[GraftAPI.overrideFreezeAnnotation]
    }

    /// Annotations that hold a verb.
    package var annotations: [String] {
        var names: [String] = []
        if promote != nil { names.append(GraftAPI.promoteAnnotation) }
        if approve != nil { names.append(GraftAPI.approveAnnotation) }
        if abort != nil { names.append(GraftAPI.abortAnnotation) }
        if retry != nil { names.append(GraftAPI.retryAnnotation) }
        if restart != nil { names.append(GraftAPI.restartAnnotation) }
        if overrideFreeze != nil { names.append(GraftAPI.overrideFreezeAnnotation) }
        return names
    }
}

/// `<rollout>/<step>` taken apart. The rollout's ID has no slash.
struct VerbTarget {
    var rollout: String
    var step: String?

    init(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        rollout = String(parts[0])
        step = parts.count == 2 ? String(parts[1]) : nil
    }
}
