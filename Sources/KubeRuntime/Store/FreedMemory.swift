import CMemory

/// Memory that was freed but stays with the process: glibc keeps what a big list left behind until it is asked to give it back.
package enum FreedMemory {
    /// Gives it back to the system. Takes milliseconds after much was freed, and holds up allocations meanwhile: for the end of
    /// something big, never for every day.
    package static func giveBack() { _ = graft_trim_memory() }
}
