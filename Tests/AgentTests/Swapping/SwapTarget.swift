import Synchronization

/// What is attacked next.
final class SwapTarget: Sendable {
    private let state = Mutex<SwapAttack.Site?>(nil)
    var site: SwapAttack.Site? { state.withLock { $0 } }
    func set(_ site: SwapAttack.Site) { state.withLock { $0 = site } }
}
