//! Counting the open streams of each user.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use uuid::Uuid;

/// How many sockets and event streams each user has open on this server.
#[derive(Debug, Clone, Default)]
pub(crate) struct Slots(Arc<Mutex<HashMap<Uuid, usize>>>);

/// One open stream; given back when dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    slots: Slots,
    user: Uuid,
}

impl Slots {
    /// Takes a slot unless the user holds `limit` of them already.
    pub fn take(&self, user: Uuid, limit: usize) -> Option<Slot> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(user).or_insert(0);
        if *count >= limit {
            return None;
        }
        *count += 1;
        Some(Slot {
            slots: self.clone(),
            user,
        })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut held = self.slots.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_user_has_its_own_slots_and_nothing_stays_behind() {
        let slots = Slots::default();
        let (ann, bob) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let first = slots.take(ann, 2).unwrap();
        let second = slots.take(ann, 2).unwrap();
        assert!(slots.take(ann, 2).is_none());
        let other = slots.take(bob, 2).unwrap();
        drop(first);
        let third = slots.take(ann, 2).unwrap();
        drop((second, third, other));
        assert!(slots.0.lock().unwrap().is_empty());
    }
}
