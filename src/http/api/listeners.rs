//! How many may listen to events at a time: in all, customers, and customers at one address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Listeners at a time; each holds a connection.
const LISTENERS: usize = 1_024;
/// Customers among them: what is left is for staff, whatever happens outside.
const CUSTOMERS: usize = 900;
/// Customers at one address: a household, or an office behind one router.
const PER_ADDRESS: usize = 64;

/// The places of all listeners.
pub(super) struct Listeners {
    all: Arc<Semaphore>,
    customers: Arc<Semaphore>,
    addresses: Mutex<HashMap<IpAddr, usize>>,
}

/// One of them, free again when it is dropped.
pub(super) struct Place {
    of: Arc<Listeners>,
    address: Option<IpAddr>,
    _one: OwnedSemaphorePermit,
    _customer: Option<OwnedSemaphorePermit>,
}

impl Listeners {
    pub(super) fn new() -> Arc<Self> {
        let places = |n| Arc::new(Semaphore::new(n));
        Arc::new(Self { all: places(LISTENERS), customers: places(CUSTOMERS), addresses: Mutex::default() })
    }

    /// A place for one more, when there is one. `address` counts among the customers at it.
    pub(super) fn place(self: &Arc<Self>, is_staff: bool, address: Option<IpAddr>) -> Option<Place> {
        let customer = if is_staff { None } else { Some(Arc::clone(&self.customers).try_acquire_owned().ok()?) };
        let one = Arc::clone(&self.all).try_acquire_owned().ok()?;
        if let Some(address) = address {
            let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
            let here = addresses.entry(address).or_default();
            if *here >= PER_ADDRESS {
                return None;
            }
            *here += 1;
        }
        Some(Place { of: Arc::clone(self), address, _one: one, _customer: customer })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(address) = self.address else { return };
        let mut addresses = self.of.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(here) = addresses.get_mut(&address) {
            *here -= 1;
            if *here == 0 {
                addresses.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_takes_no_more_than_its_share_and_gives_it_back() {
        let listeners = Listeners::new();
        let address = |last: u8| Some(IpAddr::from([192, 0, 2, last]));
        let mut held: Vec<Place> = (0..PER_ADDRESS).filter_map(|_| listeners.place(false, address(1))).collect();
        assert_eq!(held.len(), PER_ADDRESS);
        assert!(listeners.place(false, address(1)).is_none());
        assert!(listeners.place(false, address(2)).is_some(), "another address");
        held.pop();
        assert!(listeners.place(false, address(1)).is_some(), "one has left");
        held.clear();
        assert!(listeners.addresses.lock().expect("free").is_empty(), "nobody is kept in mind");
        assert_eq!(listeners.all.available_permits(), LISTENERS);
    }

    #[test]
    fn customers_leave_places_for_staff() {
        let listeners = Listeners::new();
        let customers: Vec<Place> = (0..LISTENERS).filter_map(|_| listeners.place(false, None)).collect();
        assert_eq!(customers.len(), CUSTOMERS);
        let staff: Vec<Place> = (0..LISTENERS).filter_map(|_| listeners.place(true, None)).collect();
        assert_eq!(staff.len(), LISTENERS - CUSTOMERS);
    }
}
